//! What a file says to others, and what it asks of them: names, symbolic types, facts, conditions, verdicts.
//!
//! Plain owned data. Nothing here is resolved: `link` gives it a meaning once all files are known.

use crate::record::Packed;
use crate::text::Span;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A name as one file can know it. Never absolute: where a module lies is for `link` to say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Name {
    /// A qualified name of this module: `User`, `User.Config`, `build.<locals>.Row`.
    Here(String),
    /// Something reached through an import: `from ..app.schemas import User` is level 2, `app.schemas`, `User`.
    /// The path is empty for the module itself.
    Import {
        /// Leading dots of a relative import; 0 is absolute.
        level: u32,
        /// Dotted module; may be empty where the import is relative.
        module: String,
        /// Dotted path below the module.
        path: String,
    },
}

impl Name {
    /// An absolute name, as in `Name::import("datetime", "datetime.utcnow")`.
    pub fn import(module: &str, path: &str) -> Name {
        Name::Import { level: 0, module: module.to_owned(), path: path.to_owned() }
    }
}

/// What an expression means, as far as one file can tell. No type checker: a question that `link` answers or leaves open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TypeExpr {
    /// Not known, and nothing will make it known.
    Unknown,
    /// The value `None`.
    None,
    /// An integer literal, for subscripts.
    Int(u32),
    /// The object that a name denotes: a class, function, module or variable.
    Name(Name),
    /// `of.attr`.
    Attr(Box<TypeExpr>, String),
    /// What calling gives.
    Call(Box<TypeExpr>),
    /// What calling gives, or the default that is passed along, where the callee is a method of a mapping that may give it.
    CallOr(Box<TypeExpr>, Box<TypeExpr>),
    /// What calling gives, with arguments that may decide it.
    CallWith(Box<TypeExpr>, Vec<Argument>),
    /// What a function of pydantic's makes of a class or an annotation: `create_model(..., __base__=Order)`, `parse_obj_as(Order, row)`.
    Made(Box<TypeExpr>, Box<TypeExpr>),
    /// What awaiting gives.
    Await(Box<TypeExpr>),
    /// What iterating gives, plain or `async for`.
    Item(Box<TypeExpr>),
    /// What entering a context manager gives.
    Enter(Box<TypeExpr>),
    /// `base[args]`, of a class or of a value.
    Subscript(Box<TypeExpr>, Vec<TypeExpr>),
    /// An instance of the type that an annotation denotes.
    Of(Box<TypeExpr>),
    /// One of several.
    Union(Vec<TypeExpr>),
    /// A display or comprehension of the builtin class named: `list`, `set`, `dict` (values), `tuple`.
    Display(String, Vec<TypeExpr>),
    /// `of`, after `isinstance(of, to)` was found true (`is`) or false.
    Narrow {
        /// The value.
        of: Box<TypeExpr>,
        /// The classes it was tested against.
        to: Vec<TypeExpr>,
        /// What the test said.
        is: bool,
    },
    /// `super()` in the class named.
    Super(String),
}

impl TypeExpr {
    /// `module.path`, reached by an absolute import.
    pub fn import(module: &str, path: &str) -> TypeExpr {
        TypeExpr::Name(Name::import(module, path))
    }

    /// A builtin: `str`, `list`, ...
    pub fn builtin(name: &str) -> TypeExpr {
        TypeExpr::import("builtins", name)
    }

    /// An instance of a builtin class.
    pub fn of_builtin(name: &str) -> TypeExpr {
        TypeExpr::Of(Box::new(TypeExpr::builtin(name)))
    }

    /// `self.attr`; a path below an import stays one name.
    pub fn attr(self, attr: &str) -> TypeExpr {
        match self {
            TypeExpr::Unknown => TypeExpr::Unknown,
            TypeExpr::Name(Name::Import { level, module, path }) => {
                let path = if path.is_empty() { attr.to_owned() } else { format!("{path}.{attr}") };
                TypeExpr::Name(Name::Import { level, module, path })
            }
            other => TypeExpr::Attr(Box::new(other), attr.to_owned()),
        }
    }

    /// An instance of this annotation.
    pub fn instance(self) -> TypeExpr {
        match self {
            TypeExpr::Unknown => TypeExpr::Unknown,
            other => TypeExpr::Of(Box::new(other)),
        }
    }

    /// One of these; a single one stays itself.
    pub fn union(mut members: Vec<TypeExpr>) -> TypeExpr {
        members.sort();
        members.dedup();
        match members.len() {
            0 => TypeExpr::Unknown,
            1 => members.remove(0),
            _ => TypeExpr::Union(members),
        }
    }

    /// Whether nothing can be learnt from it.
    pub fn is_unknown(&self) -> bool {
        matches!(self, TypeExpr::Unknown)
    }
}

/// What one file tells the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Every binding of every module-level and class-level name, by qualified name, in source order.
    /// Attributes that methods assign through `self` count as members of the class.
    pub symbols: BTreeMap<String, Vec<Binding>>,
    /// `from m import *`, as the module's name.
    pub stars: Vec<Name>,
    /// `__all__`, where it is a literal.
    pub all: Option<Vec<String>>,
    /// Names may appear that no statement shows: a module `__getattr__`, `exec`, writes to `globals()`.
    pub dynamic: bool,
    /// What is read of classes that others build on: whoever rewrites that class breaks the read.
    pub reads: Vec<(Tied, TypeExpr)>,
    /// What tests replace: `patch("app.core.datetime")`, `monkeypatch.setattr(module, "datetime", ...)`.
    pub patches: Vec<Patch>,
    /// Columns of mapped classes that keep a time.
    pub columns: Vec<Column>,
    /// Attributes of anything that are ordered, subtracted or sorted by.
    pub compared: BTreeSet<String>,
    /// Names of other modules that are handed on as secrets: `connect(password=PW)`.
    pub handed: Vec<Handed>,
    /// What is put into attributes of something else than the instance of the method around, by attribute.
    pub put: BTreeMap<String, Vec<Put>>,
    /// Variables of the environment that it sets while it is imported, in order.
    pub sets_env: Vec<EnvSet>,
    /// Fixtures that it defines.
    pub fixtures: BTreeMap<String, FixtureFact>,
    /// Functions that are fixtures under another name.
    pub renamed: BTreeSet<String>,
    /// Module-level names that only type checkers bind: under `if TYPE_CHECKING:`.
    pub typing_only: BTreeSet<String>,
    /// Options that its `pytest_addoption` adds, as far as they are literals.
    pub adds_options: BTreeSet<String>,
    /// Module-level names that are given a variable of the environment.
    pub reads_env: BTreeMap<String, EnvRead>,
    /// Module-level names that no statement leaves bound: deleted, annotated alone, or bound by an `except` alone.
    pub unbound: BTreeSet<String>,
    /// What `import a.b` names besides the package that it binds: `a.b`.
    pub submodules: BTreeSet<String>,
    /// What a conftest keeps pytest from collecting: paths, and patterns of `collect_ignore_glob`.
    pub left_out: Vec<(String, bool)>,
    /// Arguments that tests are given by `parametrize`, anywhere in the file.
    pub parametrizes: BTreeSet<String>,
    /// It makes objects or modules plugins of pytest while it runs.
    pub registers_plugins: bool,
    /// What functions import: the last part of each module, and each name.
    pub imports_late: BTreeSet<String>,
    /// Functions of the module that set variables of the environment.
    pub env_functions: BTreeSet<String>,
    /// Modules that it does without (`importorskip`), or puts something in the place of (`sys.modules["spidev"] = ...`); `*` for any.
    pub may_lack: BTreeSet<String>,
    /// It imports modules by names that it computes: `importlib`, `pkgutil`, `__import__`.
    pub loads_modules: bool,
    /// It edits `sys.path`.
    pub edits_path: bool,
    /// It has hooks of pytest's own, which may register marks and settings.
    pub registers_marks: bool,
    /// It speaks of tests or fixtures: pytest may import it by itself.
    pub speaks_of_tests: bool,
    /// What is put into containers after they were made, by the module-level name or `.attribute` that holds them.
    pub filled: BTreeMap<String, Vec<Put>>,
    /// What it does while it is imported, in order, as far as modules that wait for each other are concerned.
    pub steps: Packed<Step>,
}

/// Something that a module does while it is imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// An import statement that runs whatever happens.
    Import(ImportStep),
    /// An import that is made where a condition says so, or whose failure somebody may catch: level, module, names.
    MayImport(u32, String, Vec<String>),
    /// Binds names.
    Binds(Vec<String>),
    /// Asks something that it imported, and that may be a module, for an attribute: the local name, the attribute.
    Asks(Span, String, String),
    /// Asks for a name, after `from module import *`.
    Reads(Span, String),
}

/// An import statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportStep {
    /// The name of the module.
    pub at: Span,
    /// Leading dots.
    pub level: u32,
    /// Dotted; may be empty where the import is relative.
    pub module: String,
    /// What is imported from it.
    pub names: Vec<(Span, String)>,
    /// What `import module` makes the module known as: another name, or the dotted one; none for `from module import`.
    pub known_as: Option<String>,
}

/// A fixture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixtureFact {
    /// How long it lives.
    pub lifetime: Lifetime,
    /// The fixtures that it asks for.
    pub needs: Vec<String>,
}

/// How long a fixture lives, the shortest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Lifetime {
    /// One test.
    Function,
    /// The tests of a class.
    Class,
    /// Those of a module.
    Module,
    /// Those of a package.
    Package,
    /// The whole run.
    Session,
    /// Only a run can tell.
    Dynamic,
}

impl Lifetime {
    /// As pytest names it.
    pub fn of(word: &str) -> Option<Lifetime> {
        Some(match word {
            "function" => Lifetime::Function,
            "class" => Lifetime::Class,
            "module" => Lifetime::Module,
            "package" => Lifetime::Package,
            "session" => Lifetime::Session,
            _ => return None,
        })
    }
}

/// A variable of the environment that a name is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvRead {
    /// Its name.
    pub variable: String,
    /// What the name is given where the variable is not set: an environment's name; no other text is kept, which may be a secret.
    pub default: Option<String>,
    /// It has a default that is not kept.
    pub is_open: bool,
}

/// A variable of the environment that a module sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvSet {
    /// Its name; `*` for any.
    pub name: String,
    /// What the module has imported by then.
    pub after: Vec<Name>,
    /// The function that is called, and may set it; none where the module sets it itself.
    pub by: Option<Name>,
}

/// Something that is replaced from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// The module or class.
    pub of: TypeExpr,
    /// Its attribute.
    pub name: String,
    /// Where that is said.
    pub span: Span,
}

/// A column of a mapped class that keeps a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Qualified name: `Order.created_at`. The `impl` of a type of the project's own is one as well, and so is the entry for datetimes of a
    /// `type_annotation_map`.
    pub name: String,
    /// Its type: `sqlalchemy.DateTime`; unknown where only the annotation says that it keeps a time.
    pub kind: TypeExpr,
    /// Whether that type is written to keep the zone; none where that is not to be seen.
    pub zoned: Option<bool>,
}

/// A function that does nothing but give the time in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The class whose `utcnow` or `now` it calls.
    pub class: TypeExpr,
    /// What is given to `now`.
    pub zone: Option<TypeExpr>,
    /// The value says nothing of its zone.
    pub naive: bool,
}

/// A name of another module that is handed on as a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// The name.
    pub of: Name,
    /// The argument that it is given to.
    pub to: String,
    /// Where.
    pub span: Span,
}

/// Something that is put into an attribute, or into the container that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Put {
    /// Whose attribute it is; `None` of a name.
    pub of: TypeExpr,
    /// What is put there.
    pub value: TypeExpr,
}

/// One way a name comes to be bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binding {
    /// A class statement.
    Class(Box<ClassFact>),
    /// A function statement.
    Function(Box<FunctionFact>),
    /// A variable or attribute.
    Value(TypeExpr),
    /// A variable or attribute that is declared with an annotation, which speaks for all its bindings.
    Declared(TypeExpr),
    /// An import: the name stands for another.
    Import(Name),
    /// `T = TypeVar("T", bound=...)` or a type parameter; its bound.
    TypeVar(TypeExpr),
    /// Bound in a way that says nothing: a loop target, `del`, a pattern.
    Opaque,
}

/// A class statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassFact {
    /// The class's name in its header.
    pub span: Span,
    /// Positional bases, in order; `Unknown` for a starred one.
    pub bases: Vec<TypeExpr>,
    /// Keyword arguments of the header: `metaclass`, `extra`, ...
    pub keywords: Vec<String>,
    /// Decorators, outermost first.
    pub decorators: Vec<TypeExpr>,
    /// Settings of a model that change what its methods do: `validate_assignment`, `extra`, `from_attributes`.
    pub settings: Vec<Setting>,
    /// The validators in its body, pydantic's of V1 and V2.
    pub validators: Vec<Validator>,
}

/// What classes share in a way that one cannot be rewritten without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Tied {
    /// `Config`, which a subclass may inherit from and anybody may read.
    Config,
    /// `__root__`, which anybody may read.
    Root,
    /// Validators of the same fields, which run one after the other.
    Validators,
}

/// A validator, as a decorated method or as the result of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Validator {
    /// What makes it one: `pydantic.validator`, ...
    pub by: TypeExpr,
    /// The fields that it names; `*` for all, and where they cannot be read; none for the whole model.
    pub fields: Vec<String>,
    /// The name that it has in the class.
    pub name: String,
    /// It is written `pre=True`.
    pub pre: bool,
}

/// A setting of a model, as one class writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Setting {
    /// Its name; `*` where the settings cannot be read.
    pub key: String,
    /// Whether it is written off: `False`, or for `extra` what keeps no further fields.
    pub off: bool,
}

/// A function statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionFact {
    /// The function's name in its header.
    pub span: Span,
    /// The return annotation.
    pub returns: Option<TypeExpr>,
    /// What a function without one gives, where it only returns what it constructs.
    pub inferred: Option<TypeExpr>,
    /// `async def`.
    pub is_async: bool,
    /// The body yields.
    pub is_generator: bool,
    /// Decorators, outermost first.
    pub decorators: Vec<TypeExpr>,
    /// How many parameters it takes behind a leading `cls`; `None` where it takes any number, or a great many.
    pub takes: Option<u8>,
    /// Parameters whose annotation shares a name with the return annotation, so that an argument may decide the result.
    pub deciding: Vec<Deciding>,
    /// The name of the attribute that a one-line getter returns: `return self._x`.
    pub returns_attribute: Option<String>,
    /// What it gives, where that is the time in UTC and nothing else.
    pub clock: Option<Box<Clock>>,
}

/// A parameter that may decide what a function gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deciding {
    /// Its name.
    pub name: String,
    /// Its position, `self` and `cls` included; none where it is given by name only.
    pub at: Option<u8>,
    /// Its annotation.
    pub annotation: TypeExpr,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Argument {
    /// The name that it is given by; none by position.
    pub name: Option<String>,
    /// What it is.
    pub value: TypeExpr,
}

/// Who a private attribute belongs to, seen from the file that reaches for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OwnerKind {
    /// A module that is not part of the project: third party or the standard library.
    External,
    /// The project's own, in a file of another folder.
    OtherPackage,
    /// The project's own, in another file of the same folder.
    Sibling,
    /// The same file, or the family of the class around the access: nobody else's business.
    Own,
    /// Nobody can tell.
    Unknown,
}

/// The part a file plays in its project, told from its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// A test, a conftest or a helper beside them.
    Test,
    /// Documentation and examples.
    Docs,
    /// A database migration.
    Migration,
    /// Written by a program.
    Generated,
    /// Says what a server does with every commit.
    Ci,
}

/// A question about the project, attached to a finding, a fix or a grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// The file itself answers: yes.
    Always,
    /// `what` is the external object `to`: `datetime.datetime.utcnow`, `pydantic.BaseModel.dict`.
    Resolves {
        /// The expression.
        what: TypeExpr,
        /// Dotted name of an object outside the project.
        to: Cow<'static, str>,
    },
    /// `what` is a class that derives from the external class `of`, or is it.
    Derives {
        /// The expression.
        what: TypeExpr,
        /// Dotted name of a class outside the project.
        of: Cow<'static, str>,
    },
    /// The class or module that defines `attr` of `of` is of this kind.
    Owner {
        /// The receiver.
        of: TypeExpr,
        /// The attribute.
        attr: String,
        /// The class around the access: its own family is nobody's business but its own.
        inside: Option<String>,
        /// Who it belongs to.
        is: OwnerKind,
    },
    /// The file plays this part.
    Role(Role),
    /// The project runs `package` at version `major` or later: for certain (`always`), or perhaps.
    /// A project that says nothing runs the newest.
    Runs {
        /// Normalised name of the package.
        package: Cow<'static, str>,
        /// First major version for which the answer is yes.
        major: u32,
        /// Whether no earlier one may be installed either.
        always: bool,
    },
    /// A subclass in the project defines `attr` itself, or somebody patches it, so that another method or field may stand there at run
    /// time. Of `super()`: a class that `super()` may lead to.
    Overridden {
        /// The receiver.
        of: TypeExpr,
        /// The method or field.
        attr: String,
    },
    /// Some attribute is annotated with this class, one above it or one below it: anywhere, or in a union with others.
    Held {
        /// The class, or an instance of it.
        of: TypeExpr,
        /// Only in a union.
        in_union: bool,
    },
    /// Somebody reads this attribute of something that is not known, and which may be any class.
    ReadSomewhere(Tied),
    /// This class, or one related to it, turns a model's setting on, or may: `validate_assignment`, `extra` (anything but
    /// `forbid` and `ignore`).
    Sets {
        /// The class, or an instance of it.
        of: TypeExpr,
        /// The setting.
        key: Cow<'static, str>,
    },
    /// This class, or the nearest one above it that says anything of a model's setting, turns it on.
    Has {
        /// The class, or an instance of it.
        of: TypeExpr,
        /// The setting.
        key: Cow<'static, str>,
    },
    /// This class, or one above it, says something of a model's setting.
    Mentions {
        /// The class, or an instance of it.
        of: TypeExpr,
        /// The setting.
        key: Cow<'static, str>,
    },
    /// It is a plain value: an instance of a known class that is none of pydantic's own for fields.
    Plain(TypeExpr),
    /// An annotation takes `None`.
    Nullable(TypeExpr),
    /// Both are the same object.
    Same(TypeExpr, TypeExpr),
    /// It is a function that takes the named parameters, behind a `cls` or not, and no others.
    Takes(TypeExpr, u32),
    /// A class above this one has a V1 validator with `pre=True` of one of these fields (`*` for all; none for the whole model)
    /// under another name than this.
    PreAbove {
        /// The class.
        of: TypeExpr,
        /// The fields.
        fields: Vec<String>,
        /// The name of a validator, which takes the place of one of the same name.
        but: String,
    },
    /// A test replaces this name of the file.
    Patched(String),
    /// The project is being moved from the first major version of pydantic to the second.
    Migrating,
    /// The project declares pydantic, and this package nowhere. What a migration is about to declare does not count as missing.
    Undeclared(Cow<'static, str>),
    /// The project has a function of its own that gives the time in UTC, and this file may import it.
    HasHelper {
        /// Its value says nothing of its zone, as that of `datetime.utcnow()`.
        naive: bool,
        /// It may be in this file: whoever asks stands in a function.
        here: bool,
    },
    /// Aware values are wanted where they may be had, as configured.
    PrefersAware,
    /// The attribute is a column that keeps the zone, and nobody orders or subtracts what is in it.
    Zoned {
        /// The mapped class, or an instance of it.
        of: TypeExpr,
        /// The attribute.
        attr: String,
    },
    /// The owner of an attribute gives exactly it in public.
    HasPublic {
        /// The receiver.
        of: TypeExpr,
        /// The attribute.
        attr: String,
        /// A read of it is sure to be the same: a property, or another name for it.
        same: bool,
    },
    /// Another file hands on this name of the file as a secret.
    HandedOn(String),
    /// Git has this file, or would add it with everything else.
    Versioned,
    /// A `.env` lies beside this file, and nothing keeps it out of an image that is built there.
    OpenEnv,
    /// The project has an object that reads the environment into a field of this name, which another file may import here.
    HasSetting(String),
    /// The project says that it runs on a Python before this one.
    RunsBefore(u32, u32),
    /// Pytest takes the file for one of tests, and collects classes and functions by their usual names.
    Collected,
    /// The same, or it holds fixtures for others.
    CollectedOrConftest,
    /// The file lies among tests, and pytest passes it by for its name; nobody imports it.
    Uncollected,
    /// A module of the project's has no such name.
    Lacks {
        /// Dots in front of the module.
        level: u32,
        /// The module.
        module: String,
        /// The name.
        name: String,
    },
    /// Nothing gives the file this name: no statement of its own, and no star.
    NoSuchName(String),
    /// A package of the project's has this submodule, and nothing that runs while the tests are collected imports it.
    NeverImported {
        /// The package.
        package: String,
        /// The submodule.
        name: String,
    },
    /// The project has a module, and pytest's `sys.path` does not lead to it from this file.
    Unreachable {
        /// Dots in front of the module.
        level: u32,
        /// The module.
        module: String,
    },
    /// A test or conftest imports the file, and nobody has set this variable of the environment by then.
    Tripped(String),
    /// A test or conftest imports the file, and the name that it imports from another is a variable of the environment which nobody has set by
    /// then, and whose default is not this text.
    TrippedOver(String, String),
    /// Nobody sets this variable of the environment before the file is imported.
    Unset(String),
    /// The project says what runs it: a workflow of CI, containers, an example of an environment. Those may set any variable.
    MayBeSet(String),
    /// No file of the project is called so, seen from any folder.
    NoSuchFile(String),
    /// The file configures pytest with `testpaths` of which none is there.
    MissingTestpaths,
    /// Nothing that a test of the file could use defines a fixture of this name.
    UnknownFixture(String),
    /// Nothing but the file itself defines one.
    OnlyFixture(String),
    /// The fixture of this name that the file sees asks for another one that it does not see, or that lives too short.
    FailingFixture(String),
    /// The name is imported, and is a fixture of another file.
    ForeignFixture(String),
    /// Pytest is configured with this value of a setting, which is one text.
    PytestSays(Cow<'static, str>, Cow<'static, str>),
    /// Pytest, as it is configured, takes a class (or else function) of this name for one of tests.
    TakenByName {
        /// A class, no function.
        is_class: bool,
        /// The name.
        name: String,
    },
    /// Pytest would collect the file, and its configuration takes no class (or else function) of this name.
    PassedByName {
        /// A class, no function.
        is_class: bool,
        /// The name.
        name: String,
    },
    /// The fixture of this name that the file sees lives shorter than this.
    ShorterFixture(String, Lifetime),
    /// The name of the file has a dot too many to be a module's, as pytest imports it.
    DottedName,
    /// Another module of this name comes first on `sys.path`, and lacks what is imported.
    Hidden(String),
    /// The project has the package, and no such module in it.
    MissingModule {
        /// Dots in front of the module.
        level: u32,
        /// The module.
        module: String,
    },
    /// The project declares pytest, and not this plugin of it.
    NoPlugin(String),
    /// The file is a conftest that pytest does not read before it starts.
    LowerConftest,
    /// A class of the project, this one or one above it, defines the attribute.
    Inherits {
        /// The class.
        of: TypeExpr,
        /// The attribute.
        attr: String,
    },
    /// The project has no module of this name, which Python once had, and declares none that brings it back.
    NotBackported(String),
    /// Neither pytest nor a plugin that the project declares or has can know a hook of this name.
    UnknownHook(String),
    /// Nothing gets an attribute of this name from outside: `builtins.debug = True`.
    NeverPut(String),
    /// No fixture of this name is in sight, and nothing in the project is called so.
    NowhereFixture(String),
    /// A conftest keeps pytest from the file, maybe on some Pythons alone.
    LeftOut,
    /// Nothing that the project declares brings a module of this name.
    Uninstalled(String),
    /// A test or a conftest imports the file, or it is one.
    RunsInTests,
    /// The project declares packages of which davy does not know whether they bring fixtures.
    PluginsUnsure,
    /// Neither pytest's configuration nor a plugin that the project declares knows this mark.
    UnknownMark(String),
    /// Unknown marks are errors, as pytest is configured.
    StrictMarks,
    /// No plugin that the project declares awaits asynchronous tests without a mark.
    NobodyAwaits,
    /// The file configures pytest.
    Configures,
    /// The file configures pytest, and neither that nor a plugin that the project declares has this setting.
    UnknownSetting(String),
    /// The file configures pytest, and only plugins that the project does not declare have this option.
    UnknownOption(String),
    /// The file is called so.
    Named(Cow<'static, str>),
    /// Another file of tests is imported under the same name, before this one.
    SameModule,
    /// The topmost package around the file has the name of another one, which tests are imported from before this one.
    SamePackage,
    /// Another file imports this name of the file.
    ImportedElsewhere(String),
    /// The file is part of what the project ships, and this module is not.
    Production(String),
    /// Every Python that the project supports is this one or later.
    Python(u32, u32),
    /// All of them.
    All(Vec<Condition>),
    /// One of them.
    Any(Vec<Condition>),
    /// Not this; not unknown either.
    Not(Box<Condition>),
}

impl Condition {
    /// What the condition comes to while the project is moved to the second major version of pydantic.
    pub fn once_migrated(&self) -> Condition {
        let all = |conditions: &[Condition]| conditions.iter().map(Condition::once_migrated).collect();
        match self {
            Condition::Migrating => Condition::Always,
            Condition::Runs { package, major: 2, .. } if package == "pydantic" => Condition::Always,
            Condition::All(conditions) => Condition::All(all(conditions)),
            Condition::Any(conditions) => Condition::Any(all(conditions)),
            Condition::Not(condition) => Condition::Not(Box::new(condition.once_migrated())),
            other => other.clone(),
        }
    }

    /// `what` is the external object `to`.
    pub fn resolves(what: TypeExpr, to: &'static str) -> Condition {
        Condition::Resolves { what, to: Cow::Borrowed(to) }
    }

    /// `what` is a class that derives from the external class `of`.
    pub fn derives(what: TypeExpr, of: &'static str) -> Condition {
        Condition::Derives { what, of: Cow::Borrowed(of) }
    }

    /// Both.
    pub fn and(self, other: Condition) -> Condition {
        match (self, other) {
            (Condition::Always, only) | (only, Condition::Always) => only,
            (Condition::All(mut all), Condition::All(more)) => {
                all.extend(more);
                Condition::All(all)
            }
            (Condition::All(mut all), one) => {
                all.push(one);
                Condition::All(all)
            }
            (one, two) => Condition::All(vec![one, two]),
        }
    }

    /// One of several.
    pub fn any(conditions: Vec<Condition>) -> Condition {
        if conditions.contains(&Condition::Always) { Condition::Always } else { Condition::Any(conditions) }
    }

    /// No, where this says yes; still unknown where this is.
    #[expect(
        clippy::should_implement_trait,
        reason = "reads as the field's word, and `!condition` would hide the third value"
    )]
    pub fn not(self) -> Condition {
        Condition::Not(Box::new(self))
    }
}

/// The three answers. Only `Yes` reports: unknown is silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// The project does not say.
    Unknown,
}

impl Verdict {
    /// `Yes` or `No`.
    pub fn from_bool(yes: bool) -> Verdict {
        if yes { Verdict::Yes } else { Verdict::No }
    }

    /// Whether it is `Yes`.
    pub fn is_yes(self) -> bool {
        self == Verdict::Yes
    }
}
