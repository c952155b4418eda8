//! Where the names of pydantic 1 are in pydantic 2. Source: `pydantic/_migration.py` of 2.14.3, and imports tried on 1.10.24 and 2.14.3.

use super::gone;

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
const TYPING: &str = "it was never meant for users: `typing` holds some of it, the rest is to be written out";

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
    ("pydantic.decorator", &["ValidatedFunction"], "V2 keeps it, deprecated, in `pydantic.deprecated.decorator`"),
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

/// Names of `typing` that people imported through pydantic's own modules.
const OF_TYPING: &[&str] = &[
    "AbstractSet",
    "Annotated",
    "Any",
    "Callable",
    "ChainMap",
    "ClassVar",
    "Collection",
    "Counter",
    "DefaultDict",
    "Deque",
    "Dict",
    "Final",
    "ForwardRef",
    "FrozenSet",
    "Generator",
    "Generic",
    "Hashable",
    "Iterable",
    "Iterator",
    "List",
    "Literal",
    "Mapping",
    "Match",
    "NamedTuple",
    "NewType",
    "NoReturn",
    "Optional",
    "OrderedDict",
    "Pattern",
    "Sequence",
    "Set",
    "TYPE_CHECKING",
    "Tuple",
    "Type",
    "TypeVar",
    "Union",
    "cast",
    "get_type_hints",
    "no_type_check",
    "overload",
];

/// Names that `pydantic` itself has on both versions, and that its other modules no longer lend.
const OF_PYDANTIC: &[&str] = &[
    "AnyUrl",
    "BaseConfig",
    "BaseModel",
    "EmailStr",
    "Extra",
    "Field",
    "Json",
    "NameEmail",
    "PrivateAttr",
    "SecretBytes",
    "SecretStr",
    "StrictBytes",
    "StrictStr",
    "ValidationError",
    "conbytes",
    "condecimal",
    "confloat",
    "confrozenset",
    "conint",
    "conlist",
    "conset",
    "constr",
    "create_model",
    "validator",
];

/// The name of `typing` that a module of pydantic 1 lent, where it is one of those whose other names are V1's too.
pub fn lent_by_typing(module: &str, name: &str) -> Option<&'static str> {
    let lends = is_pydantic(module) && module != "pydantic";
    OF_TYPING.iter().find(|known| lends && **known == name).copied()
}

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
    let gone = GONE.iter().find(|(from, names, _)| *from == module && names.contains(&name));
    if let Some((_, _, help)) = gone {
        return Some(Status::Gone(help));
    }
    let emptied = EMPTIED.iter().find(|(from, _)| *from == module).map(|(_, help)| *help);
    if emptied.is_some() || gone::is_gone(module, name) {
        if let Some(known) = lent_by_typing(module, name) {
            return Some(Status::Successor("typing", known));
        }
        if let Some(known) = OF_PYDANTIC.iter().find(|known| **known == name && module != "pydantic") {
            return Some(Status::Successor("pydantic", known));
        }
    }
    if matches!(
        (module, name),
        ("pydantic.color", "Color") | ("pydantic" | "pydantic.types" | "pydantic.payment", "PaymentCardNumber")
    ) {
        return Some(Status::Redirected("take it from the package pydantic-extra-types"));
    }
    if module == "pydantic.utils" && REDIRECTED.contains(&name) {
        return Some(Status::Redirected("write it yourself: what V2 has under this name is its copy of V1"));
    }
    let is_error = name.ends_with("Error") || name.starts_with("InvalidLength") || name == "InvalidDiscriminator";
    match emptied {
        Some(help) => Some(Status::Gone(help)),
        None if !gone::is_gone(module, name) => None,
        None if is_error => Some(Status::Gone(ERRORS)),
        None if module == "pydantic.utils" => Some(Status::Gone("write it yourself: it was never meant for users")),
        None => Some(Status::Gone("V2 has nothing of this name: write it yourself, or do without")),
    }
}
