//! Where the names of pydantic 1 are in pydantic 2. Source: `pydantic/_migration.py` of 2.14.3, and imports tried on 1.10.24 and 2.14.3.

/// What became of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It warns, and the same object has another place: module and name.
    Moved(&'static str, &'static str),
    /// It raises, and something that does the same has another place.
    Successor(&'static str, &'static str),
    /// It warns and comes from the copy of V1; what to do instead.
    Redirected(&'static str),
    /// It raises; what to do instead.
    Gone(&'static str),
}

impl Status {
    /// Whether the import fails on V2.
    pub fn raises(self) -> bool {
        matches!(self, Status::Successor(..) | Status::Gone(_))
    }
}

/// Whether a module is pydantic's and not its copy of V1.
pub fn is_pydantic(module: &str) -> bool {
    module == "pydantic"
        || module.strip_prefix("pydantic.").is_some_and(|rest| {
            let top = rest.split('.').next().unwrap_or(rest);
            !matches!(top, "v1" | "deprecated" | "_internal" | "experimental" | "plugin")
        })
}

const MOVED: &[(&str, &str, &str, &str)] = &[
    ("pydantic", "PyObject", "pydantic", "ImportString"),
    ("pydantic.types", "PyObject", "pydantic", "ImportString"),
    ("pydantic.error_wrappers", "ValidationError", "pydantic", "ValidationError"),
    ("pydantic.utils", "to_camel", "pydantic.alias_generators", "to_pascal"),
    ("pydantic.utils", "to_lower_camel", "pydantic.alias_generators", "to_camel"),
    ("pydantic.utils", "version_info", "pydantic.version", "version_info"),
];

const SUCCESSORS: &[(&str, &str, &str, &str)] = &[
    ("pydantic", "BaseSettings", "pydantic_settings", "BaseSettings"),
    ("pydantic.env_settings", "BaseSettings", "pydantic_settings", "BaseSettings"),
    ("pydantic.fields", "Undefined", "pydantic_core", "PydanticUndefined"),
    ("pydantic.fields", "UndefinedType", "pydantic_core", "PydanticUndefinedType"),
    ("pydantic.typing", "get_args", "typing", "get_args"),
    ("pydantic.typing", "get_origin", "typing", "get_origin"),
    ("pydantic.typing", "is_typeddict", "typing_extensions", "is_typeddict"),
];

const TYPES: &str =
    "annotate the type instead: `Annotated[str, StringConstraints(...)]`, `Annotated[int, Field(gt=0)]`";
const ERRORS: &str = "raise a `ValueError`, or a `PydanticCustomError` of pydantic_core";
const TYPING: &str = "take it from `typing`, or write it out: it was never meant for users";

/// Names of modules that V2 still has and that raise.
const GONE: &[(&str, &[&str], &str)] = &[
    (
        "pydantic",
        &[
            "ConstrainedBytes",
            "ConstrainedDate",
            "ConstrainedDecimal",
            "ConstrainedFloat",
            "ConstrainedFrozenSet",
            "ConstrainedInt",
            "ConstrainedList",
            "ConstrainedSet",
            "ConstrainedStr",
        ],
        TYPES,
    ),
    (
        "pydantic.types",
        &[
            "ConstrainedBytes",
            "ConstrainedDate",
            "ConstrainedDecimal",
            "ConstrainedFloat",
            "ConstrainedFrozenSet",
            "ConstrainedInt",
            "ConstrainedList",
            "ConstrainedSet",
            "ConstrainedStr",
        ],
        TYPES,
    ),
    (
        "pydantic",
        &["NoneBytes", "NoneStr", "NoneStrBytes", "StrBytes"],
        "write it out: `Optional[str]`, `Union[str, bytes]`",
    ),
    (
        "pydantic.types",
        &["NoneBytes", "NoneStr", "NoneStrBytes", "StrBytes"],
        "write it out: `Optional[str]`, `Union[str, bytes]`",
    ),
    ("pydantic", &["JsonWrapper"], "use `Json[...]`"),
    ("pydantic.types", &["JsonWrapper"], "use `Json[...]`"),
    ("pydantic", &["Protocol"], "V2 parses JSON only: read other formats by hand, then `model_validate`"),
    ("pydantic", &["Required"], "write `...`"),
    ("pydantic", &["compiled"], "V2 is always compiled: drop the check"),
    (
        "pydantic",
        &["create_model_from_namedtuple", "create_model_from_typeddict"],
        "use `TypeAdapter` with the type itself",
    ),
    ("pydantic", &["stricturl"], "use `Annotated[AnyUrl, UrlConstraints(...)]`"),
    ("pydantic.networks", &["stricturl"], "use `Annotated[AnyUrl, UrlConstraints(...)]`"),
    ("pydantic", &["validate_model"], "use `Model.model_validate(...)` and catch `ValidationError`"),
    ("pydantic.main", &["validate_model"], "use `Model.model_validate(...)` and catch `ValidationError`"),
    ("pydantic.main", &["ModelMetaclass"], "use `type(BaseModel)`: the metaclass is not public in V2"),
    (
        "pydantic.config",
        &["get_config", "inherit_config", "prepare_config"],
        "V2 merges `model_config` along the bases by itself",
    ),
    (
        "pydantic.dataclasses",
        &["create_pydantic_model_from_dataclass", "make_dataclass_validator", "set_validation"],
        "use `TypeAdapter` with the dataclass",
    ),
    (
        "pydantic.fields",
        &["ModelField"],
        "V2 has `FieldInfo`, which knows the annotation, the default and the constraints",
    ),
    ("pydantic.fields", &["SHAPE_LIST", "SHAPE_SINGLETON"], "look at the annotation of the field instead"),
];

/// Modules of which V2 keeps the names in [`MOVED`], and refuses every other.
const EMPTIED: &[(&str, &str)] = &[
    ("pydantic.annotated_types", "use `TypeAdapter` with the type itself"),
    ("pydantic.datetime_parse", "use `TypeAdapter(datetime).validate_python(...)`"),
    ("pydantic.env_settings", "take it from pydantic_settings: `PydanticBaseSettingsSource` and its kin"),
    ("pydantic.error_wrappers", "raise `ValueError` in validators, or `ValidationError.from_exception_data`"),
    ("pydantic.parse", "read the file, then `model_validate_json`"),
    ("pydantic.schema", "use `model_json_schema`, `TypeAdapter.json_schema` or pydantic.json_schema"),
    ("pydantic.typing", TYPING),
    ("pydantic.validators", "write the check as a validator: V2 has no public list of them"),
];

/// What was taken from the copy of V1, with a warning.
const REDIRECTED: &[&str] = &[
    "deep_update",
    "GetterDict",
    "lenient_issubclass",
    "lenient_isinstance",
    "is_valid_field",
    "update_not_none",
    "import_string",
    "Representation",
    "ROOT_KEY",
    "smart_deepcopy",
    "sequence_like",
];

/// Names that V2 refuses in `pydantic.utils`.
const UTILS: &[&str] = &[
    "ClassAttribute",
    "DUNDER_ATTRIBUTES",
    "PyObjectStr",
    "ValueItems",
    "almost_equal_floats",
    "get_discriminator_alias_and_values",
    "get_model",
    "get_unique_discriminator_alias",
    "in_ipython",
    "is_valid_identifier",
    "path_type",
    "validate_field_name",
];

/// Names of `typing` that people imported through pydantic's own modules.
const OF_TYPING: &[&str] = &[
    "Any",
    "Callable",
    "ClassVar",
    "Dict",
    "ForwardRef",
    "FrozenSet",
    "Generic",
    "Iterable",
    "List",
    "Literal",
    "Mapping",
    "Optional",
    "Sequence",
    "Set",
    "TYPE_CHECKING",
    "Tuple",
    "Type",
    "TypeVar",
    "Union",
    "cast",
];

/// Names of `pydantic.errors` that V2 has.
const ERRORS_KEPT: &[&str] = &[
    "PydanticErrorMixin",
    "PydanticForbiddenQualifier",
    "PydanticImportError",
    "PydanticInvalidForJsonSchema",
    "PydanticSchemaGenerationError",
    "PydanticUndefinedAnnotation",
    "PydanticUserError",
    "PydanticErrorCodes",
];

/// What V2 makes of `from module import name`; `None` where it is fine, or another rule's.
pub fn status(module: &str, name: &str) -> Option<Status> {
    let found = |table: &'static [(&str, &str, &'static str, &'static str)]| {
        table.iter().find(|(from, old, ..)| *from == module && *old == name).map(|(_, _, to, new)| (*to, *new))
    };
    if let Some((to, new)) = found(MOVED) {
        return Some(Status::Moved(to, new));
    }
    if let Some((to, new)) = found(SUCCESSORS) {
        return Some(Status::Successor(to, new));
    }
    // `parse_raw_as` and `parse_file_as` are said where they are called.
    let gone = GONE.iter().find(|(from, names, _)| *from == module && names.contains(&name));
    if let Some((_, _, help)) = gone {
        return Some(Status::Gone(help));
    }
    match module {
        "pydantic.typing"
        | "pydantic.schema"
        | "pydantic.validators"
        | "pydantic.parse"
        | "pydantic.datetime_parse"
        | "pydantic.env_settings"
            if OF_TYPING.contains(&name) =>
        {
            OF_TYPING.iter().find(|known| **known == name).map(|known| Status::Successor("typing", known))
        }
        "pydantic.utils" if REDIRECTED.contains(&name) => {
            Some(Status::Redirected("write it yourself: what V2 has under this name is its copy of V1"))
        }
        "pydantic.utils" if UTILS.contains(&name) => {
            Some(Status::Gone("write it yourself: it was never meant for users"))
        }
        "pydantic.errors" if name.starts_with("Pydantic") && ERRORS_KEPT.contains(&name) => None,
        "pydantic.errors" if name.ends_with("Error") || name.starts_with("InvalidLength") => Some(Status::Gone(ERRORS)),
        _ => EMPTIED.iter().find(|(from, _)| *from == module).map(|(_, help)| Status::Gone(help)),
    }
}
