//! The method resolution order of classes.
//!
//! Kept once it is known; circles and chains without end are cut.

use super::super::known;
use super::super::reads::{nested, note_all};
use super::super::value::{Ancestor, Symbol, Value, merge};
use super::{CHAIN, Eval, Open, Values};
use std::sync::Arc;

impl Values<'_> {
    /// The method resolution order of a class, itself first, as C3 gives it.
    pub fn order(&self, class: &Symbol) -> Arc<Vec<Ancestor>> {
        self.order_within(class, &Open::default())
    }

    fn order_within(&self, class: &Symbol, open: &Open) -> Arc<Vec<Ancestor>> {
        let known = self.orders.read().ok().and_then(|orders| orders.get(class).cloned());
        if let Some((known, reads)) = known {
            note_all(&reads);
            return known;
        }
        let depth = open.classes.borrow().len();
        if depth > CHAIN || open.classes.borrow().contains(class) {
            open.cut.set(true);
            return Arc::new(vec![Ancestor::Project(class.clone()), Ancestor::Unknown]);
        }
        open.classes.borrow_mut().push(class.clone());
        let eval = Eval::new(self, open);
        let (order, reads) = nested(|| Arc::new(crate::python::deeper(|| eval.linearise(class))));
        open.classes.borrow_mut().pop();
        // What was cut says something about this question only.
        if (depth == 0 || !open.cut.get())
            && let Ok(mut orders) = self.orders.write()
        {
            orders.insert(class.clone(), (Arc::clone(&order), reads));
        }
        order
    }
}

impl Eval<'_, '_> {
    pub(super) fn order(&self, class: &Symbol) -> Arc<Vec<Ancestor>> {
        self.values.order_within(class, self.open)
    }

    fn linearise(&self, class: &Symbol) -> Vec<Ancestor> {
        let mut order = vec![Ancestor::Project(class.clone())];
        let Some(fact) = self.values.class(class) else {
            order.push(Ancestor::Unknown);
            return order;
        };
        let mut lists: Vec<Vec<Ancestor>> = Vec::new();
        let mut direct = Vec::new();
        for base in &fact.bases {
            let list = match self.eval(base, class.file, 0) {
                Value::Class(base, _) if base == *class => vec![Ancestor::Unknown],
                Value::Class(base, _) => self.order(&base).to_vec(),
                Value::External(path, _) => {
                    let mut list = vec![Ancestor::External(path.clone())];
                    match self.values.bases(&path) {
                        Some(bases) => list.extend(bases.iter().map(|base| Ancestor::External((*base).to_owned()))),
                        None if known::is_container(&path) => {}
                        None => list.push(Ancestor::Unknown),
                    }
                    list
                }
                _ => vec![Ancestor::Unknown],
            };
            direct.extend(list.first().cloned());
            lists.push(list);
        }
        // What stands alone is in order.
        if lists.len() > 1 {
            lists.push(direct);
        }
        order.extend(merge(lists));
        order
    }
}
