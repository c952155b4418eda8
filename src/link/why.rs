//! Why a finding is not reported: which type or base is unknown, or what the receiver is instead.
//!
//! Walks a symbolic type inward to the first part that cannot be followed.

use super::index::{File, Found};
use super::judge::Judge;
use super::value::{Ancestor, Symbol, Value};
use crate::fact::{Binding, Condition, Name, TypeExpr, Verdict};

impl Judge<'_> {
    /// Why a condition does not hold; `None` where it does.
    pub fn why_not(&self, condition: &Condition, file: File) -> Option<String> {
        if self.judge(condition, file).is_yes() {
            return None;
        }
        match condition {
            Condition::All(all) => all.iter().find_map(|one| self.why_not(one, file)),
            Condition::Any(any) => any.iter().find_map(|one| self.why_not(one, file)),
            Condition::Resolves { what, .. } | Condition::Derives { what, .. } => Some(self.unlike(what, file)),
            Condition::Owner { of, .. } | Condition::Has { of, .. } | Condition::Mentions { of, .. } => {
                Some(self.unlike(of, file))
            }
            _ => Some(match self.judge(condition, file) {
                Verdict::Unknown => "the project does not say whether it holds".to_owned(),
                _ => "it does not hold in this project".to_owned(),
            }),
        }
    }

    fn unlike(&self, what: &TypeExpr, file: File) -> String {
        self.unknown(what, file, 0).unwrap_or_else(|| {
            let value = self.values.eval(what, file);
            format!("it is {}", self.said(&value))
        })
    }

    /// The innermost part of a type that is not known, and why.
    fn unknown(&self, expr: &TypeExpr, file: File, depth: usize) -> Option<String> {
        let value = self.values.eval(expr, file);
        if !value.members().iter().any(|member| matches!(member, Value::Unknown)) || depth > 16 {
            return None;
        }
        let inner = |of: &TypeExpr| self.unknown(of, file, depth + 1);
        let reason = match expr {
            TypeExpr::Name(Name::Here(name)) => self.unknown_name(&Symbol { file, name: name.clone() }, depth),
            TypeExpr::Name(Name::Import { level, module, path }) => {
                match self.values.index.import(file, *level, module) {
                    Found::Unknown => format!("`{module}` is not found in the project, or more than once"),
                    Found::File(other) => self.unknown_name(&Symbol { file: other, name: path.clone() }, depth),
                    _ => format!("`{path}` of `{module}` is not known"),
                }
            }
            TypeExpr::Attr(of, attr) => inner(of).unwrap_or_else(|| self.unknown_member(of, attr, file, depth)),
            TypeExpr::Call(of) | TypeExpr::CallOr(of, _) | TypeExpr::CallWith(of, _) => {
                inner(of).unwrap_or_else(|| self.unknown_result(&self.values.eval(of, file)))
            }
            TypeExpr::Made(_, base) => {
                inner(base).unwrap_or_else(|| "the function that makes it is not pydantic's".to_owned())
            }
            TypeExpr::Await(of) => {
                inner(of).unwrap_or_else(|| "what is awaited is no coroutine that is known".to_owned())
            }
            TypeExpr::Item(of) | TypeExpr::Subscript(of, _) | TypeExpr::Enter(of) => inner(of)
                .unwrap_or_else(|| format!("what {} holds is not known", self.said(&self.values.eval(of, file)))),
            TypeExpr::Of(of) | TypeExpr::Narrow { of, .. } => {
                inner(of).unwrap_or_else(|| format!("{} may be anything", self.said(&self.values.eval(of, file))))
            }
            TypeExpr::Union(members) => members.iter().find_map(inner)?,
            _ => "nothing in this file says what it is".to_owned(),
        };
        Some(reason)
    }

    fn unknown_name(&self, symbol: &Symbol, depth: usize) -> String {
        let place = self.values.index.path(symbol.file);
        let name = &symbol.name;
        let bindings = self.values.bindings(symbol).unwrap_or_default();
        for binding in &bindings {
            match binding {
                Binding::Value(of) | Binding::Declared(of) => {
                    if let Some(reason) = self.unknown(of, symbol.file, depth + 1) {
                        return format!("`{name}` ({place}): {reason}");
                    }
                }
                Binding::Import(import) => {
                    let import = TypeExpr::Name(import.clone());
                    if let Some(reason) = self.unknown(&import, symbol.file, depth + 1) {
                        return reason;
                    }
                }
                Binding::Opaque => {
                    return format!("`{name}` ({place}) is bound in a way that says nothing of its type");
                }
                _ => {}
            }
        }
        format!("nothing in {place} says what `{name}` is")
    }

    fn unknown_member(&self, of: &TypeExpr, attr: &str, file: File, depth: usize) -> String {
        let value = self.values.eval(of, file);
        let class = value.members().iter().find_map(|member| match member {
            Value::Class(class, _) => Some(class.clone()),
            Value::Instance(class) => match &**class {
                Value::Class(class, _) => Some(class.clone()),
                _ => None,
            },
            _ => None,
        });
        let Some(class) = class else { return format!("`{attr}` of {} is not known", self.said(&value)) };
        if self.values.order(&class).contains(&Ancestor::Unknown) {
            return self.unknown_base(&class, depth);
        }
        format!("`{attr}` of `{}` has no annotation that can be followed", class.name)
    }

    /// The first base along a class's bases that is not known.
    fn unknown_base(&self, class: &Symbol, depth: usize) -> String {
        let place = self.values.index.path(class.file);
        for base in self.values.class(class).map(|class| class.bases.as_slice()).unwrap_or_default() {
            match self.values.eval(base, class.file) {
                Value::Class(above, _) if self.values.order(&above).contains(&Ancestor::Unknown) && depth < 16 => {
                    return self.unknown_base(&above, depth + 1);
                }
                Value::External(path, _) if self.values.bases(&path).is_none() => {
                    return format!(
                        "`{}` ({place}) derives from `{path}`, of which davy knows nothing; if it is a model, name it in `pydantic.models`",
                        class.name
                    );
                }
                Value::Unknown => {
                    let reason = self.unknown(base, class.file, depth + 1).unwrap_or_default();
                    return format!("a base of `{}` ({place}) is not known: {reason}", class.name);
                }
                _ => {}
            }
        }
        format!("the bases of `{}` ({place}) are not known", class.name)
    }

    fn unknown_result(&self, callee: &Value) -> String {
        match callee {
            Value::Function(symbol, _) => {
                let place = self.values.index.path(symbol.file);
                let annotated = self
                    .values
                    .bindings(symbol)
                    .unwrap_or_default()
                    .iter()
                    .any(|binding| matches!(binding, Binding::Function(function) if function.returns.is_some()));
                let why = match annotated {
                    true => "returns a type variable, or a decorator may change what it returns",
                    false => "has no return annotation",
                };
                format!("`{}` ({place}) {why}", symbol.name)
            }
            other => format!("what calling {} gives is not known", self.said(other)),
        }
    }

    fn said(&self, value: &Value) -> String {
        match value {
            Value::Unknown | Value::Variable(_) => "something unknown".to_owned(),
            Value::None => "`None`".to_owned(),
            Value::Module(file) => format!("the module `{}`", self.values.index.module_name(*file)),
            Value::Folder(folder) => format!("the package `{folder}`"),
            Value::Class(class, _) => format!("the class `{}`", self.values.dotted(class)),
            Value::Function(function, _) => format!("`{}`", self.values.dotted(function)),
            Value::External(path, _) | Value::Method(path, _) => format!("`{path}`"),
            Value::Instance(class) => match &**class {
                Value::Class(class, _) => format!("a `{}`", self.values.dotted(class)),
                Value::External(path, _) => format!("a `{}`", path.trim_start_matches("builtins.")),
                _ => "an instance of something".to_owned(),
            },
            Value::Coroutine(of) => format!("a coroutine of {}, which is not awaited", self.said(of)),
            Value::Super(class) => format!("`super()` of `{}`", class.name),
            Value::Union(members) => {
                let all: Vec<String> = members.iter().map(|member| self.said(member)).collect();
                format!("one of several: {}", all.join(", "))
            }
        }
    }
}
