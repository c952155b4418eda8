//! The JSON schema of the configuration, from the types that read it: what editors complete and check by.

use super::raw::Raw;
use crate::page::FAMILIES;
use crate::rules;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::marker::PhantomData;

/// The schema, in draft 7, which editors of TOML know.
pub fn schema() -> serde_json::Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<Raw>().to_value();
    without_defaults(&mut schema);
    schema
}

/// What holds where nothing is said is told in words: what serde takes a missing key for is no value of the key.
fn without_defaults(schema: &mut serde_json::Value) {
    match schema {
        serde_json::Value::Object(members) => {
            members.remove("default");
            members.values_mut().for_each(without_defaults);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_defaults),
        _ => {}
    }
}

/// A word that stands for rules.
pub struct Rules;

/// A table whose keys stand for rules.
pub struct ByRules<V>(PhantomData<V>);

/// `3.9` or `py39`.
pub struct TargetVersion;

impl JsonSchema for Rules {
    fn schema_name() -> Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let pages = rules::pages();
        let families = FAMILIES.iter().flat_map(|family| [family.name, family.prefix]);
        let names = pages.iter().flat_map(|page| [page.code.as_str(), page.name.as_str()]);
        let shown: Vec<&str> = std::iter::once("all").chain(families).chain(names).collect();
        // What is understood as well: beginnings of codes, old names, codes in small letters.
        let beginnings = pages.iter().flat_map(|page| (3..=page.code.len()).map(|end| page.code[..end].to_owned()));
        let old = pages.iter().flat_map(|page| page.renamed_from.iter().cloned());
        let mut more: BTreeSet<String> = beginnings.flat_map(|code| [code.to_lowercase(), code]).chain(old).collect();
        more.retain(|word| !shown.contains(&word.as_str()));
        json_schema!({
            "description": "Rules: a code, the beginning of codes, a name, a family, or `all`",
            "anyOf": [{ "enum": shown }, { "enum": more }],
        })
    }
}

impl<V: JsonSchema> JsonSchema for ByRules<V> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}ByRules", V::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (keys, values) = (generator.subschema_for::<Rules>(), generator.subschema_for::<V>());
        json_schema!({ "type": "object", "propertyNames": keys, "additionalProperties": values })
    }
}

impl JsonSchema for TargetVersion {
    fn schema_name() -> Cow<'static, str> {
        "TargetVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let newest = super::NEWEST;
        let minors: Vec<String> = (0..=newest).map(|minor| minor.to_string()).collect();
        json_schema!({ "type": "string", "pattern": format!("^(3\\.|py3)0*({})$", minors.join("|")) })
    }
}
