//! What davy knows of code outside the project: other names of the same object, and bases it has no files of.
//!
//! Names and subclass relations only, from the packages' own documentation and sources.

/// The name under which an external object is known, whatever module it was imported from.
pub fn canonical(path: &str) -> String {
    for (from, to) in MOVED {
        if path == *from {
            return (*to).to_owned();
        }
        if let Some(rest) = path.strip_prefix(from).and_then(|rest| rest.strip_prefix('.')) {
            return format!("{to}.{rest}");
        }
    }
    if let Some(name) = path.strip_prefix("typing_extensions.") {
        return canonical(&format!("typing.{name}"));
    }
    // Pydantic 1 lent what its modules imported themselves.
    if let Some((_, name)) = path.strip_prefix("pydantic.").and_then(|rest| rest.split_once('.'))
        && TYPING.contains(&name)
    {
        return canonical(&format!("typing.{name}"));
    }
    path.to_owned()
}

/// Objects that can be imported from more than one place.
const MOVED: &[(&str, &str)] = &[
    ("pydantic.main.BaseModel", "pydantic.BaseModel"),
    ("pydantic.class_validators.validator", "pydantic.validator"),
    ("pydantic.class_validators.root_validator", "pydantic.root_validator"),
    ("pydantic.deprecated.class_validators.validator", "pydantic.validator"),
    ("pydantic.deprecated.class_validators.root_validator", "pydantic.root_validator"),
    ("pydantic.generics.GenericModel", "pydantic.GenericModel"),
    ("pydantic.fields.Field", "pydantic.Field"),
    ("pydantic.fields.PrivateAttr", "pydantic.PrivateAttr"),
    ("pydantic.types.constr", "pydantic.constr"),
    ("pydantic.types.conint", "pydantic.conint"),
    ("pydantic.types.confloat", "pydantic.confloat"),
    ("pydantic.types.conlist", "pydantic.conlist"),
    ("pydantic.types.conset", "pydantic.conset"),
    ("pydantic.types.confrozenset", "pydantic.confrozenset"),
    ("pydantic.types.condecimal", "pydantic.condecimal"),
    ("pydantic.types.conbytes", "pydantic.conbytes"),
    ("pydantic.types.condate", "pydantic.condate"),
    ("pydantic.types.Json", "pydantic.Json"),
    ("pydantic.types.SecretStr", "pydantic.SecretStr"),
    ("pydantic.main.create_model", "pydantic.create_model"),
    ("pydantic.config.BaseConfig", "pydantic.BaseConfig"),
    ("pydantic.config.Extra", "pydantic.Extra"),
    ("pydantic.config.ConfigDict", "pydantic.ConfigDict"),
    ("pydantic.config.with_config", "pydantic.with_config"),
    ("pydantic.deprecated.config.BaseConfig", "pydantic.BaseConfig"),
    ("pydantic.deprecated.config.Extra", "pydantic.Extra"),
    ("pydantic.type_adapter.TypeAdapter", "pydantic.TypeAdapter"),
    ("pydantic.tools.parse_obj_as", "pydantic.parse_obj_as"),
    ("pydantic.tools.parse_raw_as", "pydantic.parse_raw_as"),
    ("pydantic.tools.parse_file_as", "pydantic.parse_file_as"),
    ("pydantic.tools.schema_of", "pydantic.schema_of"),
    ("pydantic.tools.schema_json_of", "pydantic.schema_json_of"),
    ("pydantic.deprecated.tools.parse_obj_as", "pydantic.parse_obj_as"),
    ("pydantic.deprecated.tools.schema_of", "pydantic.schema_of"),
    ("pydantic.deprecated.tools.schema_json_of", "pydantic.schema_json_of"),
    ("pydantic.json.pydantic_encoder", "pydantic.pydantic_encoder"),
    ("pydantic.deprecated.json.pydantic_encoder", "pydantic.pydantic_encoder"),
    ("pydantic.decorator.validate_arguments", "pydantic.validate_arguments"),
    ("pydantic.deprecated.decorator.validate_arguments", "pydantic.validate_arguments"),
    ("pydantic.functional_validators.field_validator", "pydantic.field_validator"),
    ("pydantic.functional_validators.model_validator", "pydantic.model_validator"),
    ("pydantic.root_model.RootModel", "pydantic.RootModel"),
    ("pydantic.env_settings.BaseSettings", "pydantic.BaseSettings"),
    ("pydantic_settings.main.BaseSettings", "pydantic_settings.BaseSettings"),
    ("sqlmodel.main.SQLModel", "sqlmodel.SQLModel"),
    ("typing.List", "builtins.list"),
    ("typing.Dict", "builtins.dict"),
    ("typing.Set", "builtins.set"),
    ("typing.FrozenSet", "builtins.frozenset"),
    ("typing.Tuple", "builtins.tuple"),
    ("typing.Type", "builtins.type"),
    ("typing.DefaultDict", "collections.defaultdict"),
    ("typing.OrderedDict", "collections.OrderedDict"),
    ("typing.Deque", "collections.deque"),
    ("typing.Iterable", "collections.abc.Iterable"),
    ("typing.Iterator", "collections.abc.Iterator"),
    ("typing.Generator", "collections.abc.Generator"),
    ("typing.AsyncIterable", "collections.abc.AsyncIterable"),
    ("typing.AsyncIterator", "collections.abc.AsyncIterator"),
    ("typing.AsyncGenerator", "collections.abc.AsyncGenerator"),
    ("typing.Sequence", "collections.abc.Sequence"),
    ("typing.MutableSequence", "collections.abc.MutableSequence"),
    ("typing.Collection", "collections.abc.Collection"),
    ("typing.AbstractSet", "collections.abc.Set"),
    ("typing.Mapping", "collections.abc.Mapping"),
    ("typing.MutableMapping", "collections.abc.MutableMapping"),
    ("typing.Awaitable", "collections.abc.Awaitable"),
    ("typing.Coroutine", "collections.abc.Coroutine"),
    ("typing.Hashable", "collections.abc.Hashable"),
];

/// The bases of an external class, where davy knows them; they matter because they pass `pydantic.BaseModel` on.
pub fn bases(class: &str) -> Option<&'static [&'static str]> {
    let known = SUBCLASSES.iter().find(|(name, _)| *name == class).map(|(_, bases)| *bases);
    known.or_else(|| INERT.contains(&class).then_some(&[][..]))
}

/// Whether a class is one of the containers that Python brings: their bases bring nothing that matters here.
pub fn is_container(class: &str) -> bool {
    matches!(class, "builtins.dict" | "builtins.list" | "builtins.set" | "builtins.tuple" | "collections.UserDict")
        || matches!(class, "collections.UserList" | "collections.OrderedDict" | "collections.defaultdict")
}

const SUBCLASSES: &[(&str, &[&str])] = &[
    ("pydantic.BaseModel", &[]),
    ("pydantic.GenericModel", &["pydantic.BaseModel"]),
    ("pydantic.RootModel", &["pydantic.BaseModel"]),
    ("pydantic.BaseSettings", &["pydantic.BaseModel"]),
    ("pydantic_settings.BaseSettings", &["pydantic.BaseModel"]),
    ("sqlmodel.SQLModel", &["pydantic.BaseModel"]),
    ("beanie.Document", &["pydantic.BaseModel"]),
    ("datetime.datetime", &[]),
];

/// Classes whose presence among the bases adds no public method that a model has.
const INERT: &[&str] = &[
    "builtins.object",
    "typing.Generic",
    "typing.Protocol",
    "abc.ABC",
    "enum.Enum",
    "builtins.str",
    "builtins.int",
    "builtins.Exception",
    "builtins.ValueError",
];

/// The attributes that `pydantic.BaseModel` defines: V1's, kept as deprecated, and V2's.
/// Source: `dir(BaseModel)` of pydantic 1.10 and 2.
const MODEL_ATTRIBUTES: &[&str] = &[
    "construct",
    "copy",
    "dict",
    "from_orm",
    "json",
    "model_computed_fields",
    "model_config",
    "model_construct",
    "model_copy",
    "model_dump",
    "model_dump_json",
    "model_extra",
    "model_fields",
    "model_fields_set",
    "model_json_schema",
    "model_parametrized_name",
    "model_post_init",
    "model_rebuild",
    "model_validate",
    "model_validate_json",
    "model_validate_strings",
    "parse_file",
    "parse_obj",
    "parse_raw",
    "schema",
    "schema_json",
    "update_forward_refs",
    "validate",
    "__get_pydantic_core_schema__",
    "__fields__",
    "__fields_set__",
    "__copy__",
    "__deepcopy__",
];

/// Whether an external class defines an attribute: `None` where davy does not know the class.
pub fn defines(class: &str, attribute: &str) -> Option<bool> {
    if class == "pydantic.BaseModel" {
        return Some(MODEL_ATTRIBUTES.contains(&attribute));
    }
    // The constructors that a subclass inherits: `dir(datetime.datetime)`.
    if class == "datetime.datetime" {
        return Some(matches!(
            attribute,
            "now" | "today" | "utcnow" | "fromtimestamp" | "utcfromtimestamp" | "strptime"
        ));
    }
    bases(class).map(|_| false)
}

/// Methods of a model that give an instance of its own class.
pub fn gives_own_class(method: &str) -> bool {
    let Some(name) = method.strip_prefix("pydantic.BaseModel.") else { return false };
    matches!(
        name,
        "construct"
            | "copy"
            | "from_orm"
            | "model_construct"
            | "model_copy"
            | "model_validate"
            | "model_validate_json"
            | "model_validate_strings"
            | "parse_file"
            | "parse_obj"
            | "parse_raw"
            | "validate"
    )
}

/// The class of what a method of another package gives. Source: the annotations of pydantic 1.10.24 and 2.14.3.
pub fn returns(method: &str) -> Option<&'static str> {
    match method {
        "pydantic.decorator.ValidatedFunction.init_model_instance"
        | "pydantic.deprecated.decorator.ValidatedFunction.init_model_instance" => Some("pydantic.BaseModel"),
        _ => None,
    }
}

/// What `from module import *` brings, of the names that rules ask for: `None` where davy does not know the module.
pub fn star_exports(module: &str) -> Option<&'static [&'static str]> {
    match module {
        "datetime" => {
            Some(&["date", "datetime", "time", "timedelta", "timezone", "tzinfo", "MINYEAR", "MAXYEAR", "UTC"])
        }
        "pydantic" => Some(&[
            "BaseModel",
            "BaseSettings",
            "Extra",
            "Field",
            "ValidationError",
            "conint",
            "constr",
            "create_model",
            "parse_obj_as",
            "root_validator",
            "validator",
        ]),
        "typing" => Some(TYPING),
        _ => None,
    }
}

/// `typing.__all__` of Python 3.13.
const TYPING: &[&str] = &[
    "AbstractSet",
    "Annotated",
    "Any",
    "AnyStr",
    "AsyncContextManager",
    "AsyncGenerator",
    "AsyncIterable",
    "AsyncIterator",
    "Awaitable",
    "BinaryIO",
    "ByteString",
    "Callable",
    "ChainMap",
    "ClassVar",
    "Collection",
    "Concatenate",
    "Container",
    "ContextManager",
    "Coroutine",
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
    "IO",
    "ItemsView",
    "Iterable",
    "Iterator",
    "KeysView",
    "List",
    "Literal",
    "LiteralString",
    "Mapping",
    "MappingView",
    "Match",
    "MutableMapping",
    "MutableSequence",
    "MutableSet",
    "NamedTuple",
    "Never",
    "NewType",
    "NoDefault",
    "NoReturn",
    "NotRequired",
    "Optional",
    "OrderedDict",
    "ParamSpec",
    "ParamSpecArgs",
    "ParamSpecKwargs",
    "Pattern",
    "Protocol",
    "ReadOnly",
    "Required",
    "Reversible",
    "Self",
    "Sequence",
    "Set",
    "Sized",
    "SupportsAbs",
    "SupportsBytes",
    "SupportsComplex",
    "SupportsFloat",
    "SupportsIndex",
    "SupportsInt",
    "SupportsRound",
    "TYPE_CHECKING",
    "Text",
    "TextIO",
    "Tuple",
    "Type",
    "TypeAlias",
    "TypeAliasType",
    "TypeGuard",
    "TypeIs",
    "TypeVar",
    "TypeVarTuple",
    "TypedDict",
    "Union",
    "Unpack",
    "ValuesView",
    "assert_never",
    "assert_type",
    "cast",
    "clear_overloads",
    "dataclass_transform",
    "final",
    "get_args",
    "get_origin",
    "get_overloads",
    "get_protocol_members",
    "get_type_hints",
    "is_protocol",
    "is_typeddict",
    "no_type_check",
    "no_type_check_decorator",
    "overload",
    "override",
    "reveal_type",
    "runtime_checkable",
];

/// Decorators that hand the function on as it is, or with the same result when called.
pub fn keeps_result(decorator: &str) -> bool {
    matches!(
        decorator,
        "builtins.staticmethod"
            | "builtins.classmethod"
            | "abc.abstractmethod"
            | "functools.lru_cache"
            | "functools.cache"
            | "typing.overload"
            | "typing.final"
            | "typing.no_type_check"
            | "typing.override"
            | "pytest.fixture"
    )
}

/// Decorators that turn a method into an attribute.
pub fn is_property(decorator: &str) -> bool {
    matches!(decorator, "builtins.property" | "functools.cached_property" | "abc.abstractproperty")
}

/// Routers and applications whose method decorators (`@router.get(...)`) return the function itself.
/// Source: the documentation of FastAPI and Starlette.
pub fn registers(owner: &str) -> bool {
    matches!(
        owner,
        "fastapi.FastAPI" | "fastapi.APIRouter" | "fastapi.applications.FastAPI" | "fastapi.routing.APIRouter"
    )
}
