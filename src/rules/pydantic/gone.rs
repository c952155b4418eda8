//! Names of pydantic 1 that pydantic 2 refuses, in modules that it still has. Source: every name of 1.10.24, imported on 2.14.3 one by
//! one (`tests/oracle_pydantic.rs` does it again).

use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// Modules, and the names that they had, separated by blanks.
const GONE: &[(&str, &str)] = &[
    (
        "pydantic",
        "AnyStrMaxLengthError AnyStrMinLengthError ArbitraryTypeError BaseSettings BoolError BytesError CallableError \
         ClassError ColorError ConfigError ConstrainedBytes ConstrainedDate ConstrainedDecimal ConstrainedFloat \
         ConstrainedFrozenSet ConstrainedInt ConstrainedList ConstrainedSet ConstrainedStr DataclassTypeError DateError \
         DateNotInTheFutureError DateNotInThePastError DateTimeError DecimalError DecimalIsNotFiniteError \
         DecimalMaxDigitsError DecimalMaxPlacesError DecimalWholeDigitsError DictError DurationError EmailError \
         EnumError EnumMemberError ExtraError FloatError FrozenSetError FrozenSetMaxLengthError FrozenSetMinLengthError \
         HashableError IPv4AddressError IPv4InterfaceError IPv4NetworkError IPv6AddressError IPv6InterfaceError \
         IPv6NetworkError IPvAnyAddressError IPvAnyInterfaceError IPvAnyNetworkError IntEnumError IntegerError \
         InvalidByteSize InvalidByteSizeUnit InvalidDiscriminator InvalidLengthForBrand JsonError JsonTypeError \
         JsonWrapper ListError ListMaxLengthError ListMinLengthError ListUniqueItemsError LuhnValidationError \
         MissingDiscriminator MissingError NoneBytes NoneIsAllowedError NoneIsNotAllowedError NoneStr NoneStrBytes \
         NotDigitError NotNoneError NumberNotGeError NumberNotGtError NumberNotLeError NumberNotLtError \
         NumberNotMultipleError PathError PathNotADirectoryError PathNotAFileError PathNotExistsError PatternError \
         Protocol PyObjectError PydanticTypeError PydanticValueError Required SecretField SequenceError SetError \
         SetMaxLengthError SetMinLengthError StrBytes StrError StrRegexError StrictBoolError SubclassError TimeError \
         TupleError TupleLengthError UUIDError UUIDVersionError UrlError UrlExtraError UrlHostError UrlHostTldError \
         UrlPortError UrlSchemeError UrlSchemePermittedError UrlUserInfoError WrongConstantError compiled \
         create_model_from_namedtuple create_model_from_typeddict stricturl validate_model",
    ),
    (
        "pydantic.class_validators",
        "Any AnyCallable Callable ChainMap ConfigError Dict FunctionType Iterable List Optional ROOT_KEY \
         ROOT_VALIDATOR_CONFIG_KEY Set TYPE_CHECKING Tuple Type Union VALIDATOR_CONFIG_KEY Validator ValidatorGroup \
         all_kwargs chain extract_root_validators extract_validators gather_all_validators in_ipython \
         inherit_validators make_generic_validator overload partial partialmethod prep_validators wraps",
    ),
    (
        "pydantic.color",
        "ColorError Dict Optional Representation TYPE_CHECKING Tuple Union almost_equal_floats r_hsla r_rgba",
    ),
    (
        "pydantic.config",
        "AnyArgTCallable AnyCallable Dict Enum ForwardRef GetterDict Optional Protocol SchemaExtraCallable Tuple Type \
         compiled get_config inherit_config prepare_config",
    ),
    (
        "pydantic.dataclasses",
        "BaseConfig ClassAttribute ClassVar DataclassProxy DataclassTypeError Dict Extra Generator Optional Required \
         Type Undefined Union ValidationError cached_property contextmanager create_model \
         create_pydantic_model_from_dataclass gather_all_validators get_config is_builtin_dataclass \
         make_dataclass_validator set_validation validate_model wraps",
    ),
    (
        "pydantic.decorator",
        "ALT_V_ARGS ALT_V_KWARGS Any BaseModel Callable ConfigError Dict Extra List Mapping Optional TYPE_CHECKING \
         Tuple Type TypeVar Union V_DUPLICATE_KWARGS V_POSITIONAL_ONLY_NAME ValidatedFunction create_model \
         get_all_type_hints overload to_camel validator wraps",
    ),
    (
        "pydantic.errors",
        "AnyStrMaxLengthError AnyStrMinLengthError ArbitraryTypeError BoolError BytesError Callable CallableError \
         ClassError ColorError ConfigError DataclassTypeError DateError DateNotInTheFutureError DateNotInThePastError \
         DateTimeError Decimal DecimalError DecimalIsNotFiniteError DecimalMaxDigitsError DecimalMaxPlacesError \
         DecimalWholeDigitsError DequeError DictError DurationError EmailError EnumError EnumMemberError ExtraError \
         FloatError FrozenSetError FrozenSetMaxLengthError FrozenSetMinLengthError HashableError IPv4AddressError \
         IPv4InterfaceError IPv4NetworkError IPv6AddressError IPv6InterfaceError IPv6NetworkError IPvAnyAddressError \
         IPvAnyInterfaceError IPvAnyNetworkError IntEnumError IntegerError InvalidByteSize InvalidByteSizeUnit \
         InvalidDiscriminator InvalidLengthForBrand IterableError JsonError JsonTypeError ListError ListMaxLengthError \
         ListMinLengthError ListUniqueItemsError LuhnValidationError MissingDiscriminator MissingError \
         NoneIsAllowedError NoneIsNotAllowedError NotDigitError NotNoneError NumberNotFiniteError NumberNotGeError \
         NumberNotGtError NumberNotLeError NumberNotLtError NumberNotMultipleError Path PathError \
         PathNotADirectoryError PathNotAFileError PathNotExistsError PatternError PyObjectError PydanticTypeError \
         PydanticValueError Sequence SequenceError Set SetError SetMaxLengthError SetMinLengthError StrError \
         StrRegexError StrictBoolError SubclassError TYPE_CHECKING TimeError Tuple TupleError TupleLengthError Type \
         UUIDError UUIDVersionError Union UrlError UrlExtraError UrlHostError UrlHostTldError UrlPortError \
         UrlSchemeError UrlSchemePermittedError UrlUserInfoError WrongConstantError cls_kwargs display_as_type",
    ),
    (
        "pydantic.fields",
        "CollectionCounter CollectionsHashable CollectionsIterable ConfigError Counter DefaultDict DeferredType Deque \
         Dict ErrorWrapper Final ForwardRef FrozenSet Generator InvalidDiscriminator Iterable Iterator Json JsonWrapper \
         List MAPPING_LIKE_SHAPES MissingDiscriminator ModelField NoArgAnyCallable NoneIsNotAllowedError Optional \
         Pattern PyObjectStr Representation Required SHAPE_COUNTER SHAPE_DEFAULTDICT SHAPE_DEQUE SHAPE_DICT \
         SHAPE_FROZENSET SHAPE_GENERIC SHAPE_ITERABLE SHAPE_LIST SHAPE_MAPPING SHAPE_NAME_LOOKUP SHAPE_SEQUENCE \
         SHAPE_SET SHAPE_SINGLETON SHAPE_TUPLE SHAPE_TUPLE_ELLIPSIS Sequence Set T Tuple Type Undefined UndefinedType \
         Union Validator ValueItems constant_validator convert_generics defaultdict deque dict_validator \
         display_as_type find_validators get_args get_discriminator_alias_and_values get_origin \
         get_unique_discriminator_alias is_finalvar is_finalvar_with_default_val is_literal_type is_new_type \
         is_none_type is_typeddict is_typeddict_special is_union lenient_isinstance lenient_issubclass \
         make_generic_validator new_type_supertype prep_validators sequence_like smart_deepcopy validate_json",
    ),
    (
        "pydantic.generics",
        "Annotated Any AssignedParameters BaseModel CacheKey ClassVar DeferredType Dict DictValues ExtLiteral \
         ForwardRef Generic GenericModelT GenericTypesCache Iterator JsonWrapper List Literal Mapping Optional \
         Parametrization TYPE_CHECKING Tuple Type TypeVar TypeVarType Union WeakKeyDictionary WeakValueDictionary \
         all_identical cast check_parameters_count create_model display_as_type gather_all_validators \
         get_all_type_hints get_args get_caller_frame_info get_origin iter_contained_typevars lenient_issubclass \
         replace_types typing_base",
    ),
    (
        "pydantic.json",
        "Any Callable Color Decimal Dict ENCODERS_BY_TYPE Enum GeneratorType IPv4Address IPv4Interface IPv4Network \
         IPv6Address IPv6Interface IPv6Network NameEmail Path Pattern SecretBytes SecretStr Type UUID Union \
         decimal_encoder deque isoformat",
    ),
    (
        "pydantic.main",
        "ABCMeta ANNOTATED_FIELD_UNTOUCHED_TYPES AbstractSet AnyCallable BaseConfig ClassAttribute ConfigError \
         DUNDER_ATTRIBUTES DictError Enum ErrorWrapper Extra ExtraError Field FunctionType GetterDict List \
         MAPPING_LIKE_SHAPES MissingError ModelField ModelMetaclass ModelPrivateAttr Optional Path PrivateAttr Protocol \
         PyObject ROOT_KEY Representation StrBytes Tuple Type UNTOUCHED_TYPES Undefined ValidatorGroup ValueItems \
         custom_pydantic_encoder dataclass_transform default_ref_template extract_root_validators extract_validators \
         generate_hash_function generate_model_signature get_args get_origin inherit_config inherit_validators \
         is_classvar is_finalvar_with_default_val is_namedtuple is_union is_valid_field is_valid_private_name \
         lenient_issubclass load_file load_str_bytes model_schema no_type_check object_setattr partial prepare_class \
         prepare_config pydantic_encoder resolve_annotations resolve_bases sequence_like smart_deepcopy unique_list \
         update_model_forward_refs validate_custom_root_type validate_field_name validate_model",
    ),
    (
        "pydantic.networks",
        "Collection Dict Generator List Match MultiHostDsn NetworkType Optional Parts Pattern Representation Set Tuple \
         Type Union ascii_domain_regex cast constr_length_validator host_regex int_domain_regex multi_host_url_regex \
         no_type_check str_validator stricturl update_not_none url_regex",
    ),
    (
        "pydantic.tools",
        "Any Callable NameFactory Optional Path Protocol StrBytes T TYPE_CHECKING Type TypeVar Union display_as_type \
         load_file load_str_bytes lru_cache",
    ),
    (
        "pydantic.types",
        "BYTE_SIZES ConstrainedBytes ConstrainedDate ConstrainedDecimal ConstrainedFloat ConstrainedFrozenSet \
         ConstrainedInt ConstrainedList ConstrainedNumberMeta ConstrainedSet ConstrainedStr Dict FrozenSet \
         InvalidOperation JsonMeta JsonWrapper List NoneBytes NoneStr NoneStrBytes Optional OptionalDate OptionalInt \
         OptionalIntFloat OptionalIntFloatDecimal SecretField Set StrBytes StrIntFloat Tuple Type Union WeakSet \
         byte_string_re bytes_validator constr_length_validator constr_lower constr_strip_whitespace constr_upper \
         decimal_validator float_finite_validator float_validator frozenset_validator import_string int_validator \
         list_validator new_class number_multiple_validator number_size_validator overload parse_date \
         path_exists_validator path_validator set_validator str_validator strict_bytes_validator strict_float_validator \
         strict_int_validator strict_str_validator update_not_none",
    ),
    (
        "pydantic.utils",
        "AbstractSet Annotated Any BUILTIN_COLLECTIONS BuiltinFunctionType Callable ClassAttribute CodeType Collection \
         ConfigError DUNDER_ATTRIBUTES Dict FunctionType Generator GeneratorType IMMUTABLE_NON_COLLECTIONS_TYPES \
         Iterable Iterator KeyType LambdaType List Mapping ModuleType NoReturn NoneType Obj Optional OrderedDict \
         PyObjectStr Set T TYPE_CHECKING Tuple Type TypeVar Union ValueItems WithArgsTypes all_identical \
         all_literal_values almost_equal_floats assert_never deepcopy defaultdict deque display_as_type \
         generate_model_signature get_args get_discriminator_alias_and_values get_model get_origin \
         get_unique_discriminator_alias in_ipython is_literal_type is_union is_valid_identifier is_valid_private_name \
         islice path_type path_types truncate unique_list validate_field_name zip_longest",
    ),
    ("pydantic.version", "compiled"),
];

/// Whether a module of pydantic 1 had a name that pydantic 2 refuses.
pub(super) fn is_gone(module: &str, name: &str) -> bool {
    static NAMES: LazyLock<FxHashSet<(&str, &str)>> = LazyLock::new(|| {
        GONE.iter().flat_map(|(module, names)| names.split(' ').map(move |name| (*module, name))).collect()
    });
    NAMES.contains(&(module, name))
}
