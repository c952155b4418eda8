//! The keys of a V1 Config and what V2 made of them. Source: pydantic's migration guide, executed on 1.10.24 and 2.14.3.

/// Keys that V2 renamed: under the old name they have no effect.
const RENAMED: &[(&str, &str)] = &[
    ("allow_population_by_field_name", "populate_by_name"),
    ("anystr_lower", "str_to_lower"),
    ("anystr_strip_whitespace", "str_strip_whitespace"),
    ("anystr_upper", "str_to_upper"),
    ("keep_untouched", "ignored_types"),
    ("max_anystr_length", "str_max_length"),
    ("min_anystr_length", "str_min_length"),
    ("orm_mode", "from_attributes"),
    ("schema_extra", "json_schema_extra"),
    ("validate_all", "validate_default"),
];

/// Keys that V2 removed and that need nothing in their place.
const DROPPED: &[&str] = &["smart_union", "underscore_attrs_are_private", "copy_on_model_validation", "post_init_call"];

/// Keys that V2 removed and that a person has to replace, with the place to look.
const REMOVED: &[(&str, &str)] = &[
    (
        "customise_sources",
        "override `settings_customise_sources`, which takes the class and five arguments, in the settings class",
    ),
    ("error_msg_templates", "raise `PydanticCustomError` with the text, or translate the errors where they are shown"),
    ("fields", "say it at each field: `Field(alias=..., exclude=...)`"),
    ("getter_dict", "read the object in a `@model_validator(mode=\"before\")`"),
    ("json_dumps", "serialise `model_dump(mode=\"json\")` with the library of your choice"),
    ("json_loads", "parse with the library of your choice, then `model_validate`"),
    ("parse_env_var", "annotate the field with `NoDecode`, and parse it in a `@field_validator(mode=\"before\")`"),
    ("prepare_field", "say it at the field, or build the names in a `@model_validator(mode=\"before\")`"),
];

/// The new name of a key.
pub fn renamed(key: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(old, _)| *old == key).map(|(_, new)| *new)
}

/// What a key is called in V2; itself, if it was not renamed.
pub fn in_v2(key: &str) -> &str {
    if key == "allow_mutation" { "frozen" } else { renamed(key).unwrap_or(key) }
}

/// Whether a key can go without a trace.
pub fn is_dropped(key: &str) -> bool {
    DROPPED.contains(&key)
}

/// What to do instead of a key that has no successor.
pub fn instead_of(key: &str) -> Option<&'static str> {
    REMOVED.iter().find(|(old, _)| *old == key).map(|(_, help)| *help)
}

/// Whether V2 takes a key and does nothing with it.
pub fn is_dead(key: &str) -> bool {
    renamed(key).is_some() || is_dropped(key) || instead_of(key).is_some() || key == "allow_mutation"
}
