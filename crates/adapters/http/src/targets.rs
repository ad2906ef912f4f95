//! Objects of the catalogue in paths: `{dataset}`, `{reuse}` …, looked up before an operation runs.

use std::{any::Any, pin::Pin, rc::Rc};

use basalt_app::{
    AppError, Services,
    objects::{Class, Objects},
    slugs::Found,
};

/// A `Row` of some class.
pub type Target = Rc<dyn Any>;

type Finding<'a> = Pin<Box<dyn Future<Output = Result<Found<Target>, AppError>> + 'a>>;

/// A kind of object in paths.
pub struct Kind {
    /// The segment that holds its id or slug.
    pub segment: &'static str,
    /// Finds it.
    pub find: for<'a> fn(&'a Services, &'a str) -> Finding<'a>,
}

/// Every kind of object in paths: one line per class.
pub const KINDS: &[Kind] = &[];

/// Finds an object of a class.
async fn found<E: Class>(objects: &Objects<E>, reference: &str) -> Result<Found<Target>, AppError> {
    Ok(objects.find(reference).await?.map(|row| Rc::new(row) as Target))
}
