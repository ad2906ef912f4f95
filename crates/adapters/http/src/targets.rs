//! Objects of the catalogue in paths: `{dataset}`, `{reuse}` …, looked up before an operation runs.

use std::{any::Any, pin::Pin, rc::Rc};

use basalt_app::{
    AppError, Services,
    objects::{Class, Objects},
    slugs::Found,
};

/// A `Row` of some class.
pub type Target = Rc<dyn Any>;

/// Finds an object: its id or slug, and whether its head will do where it is a long one.
type Find = for<'a> fn(&'a Services, &'a str, bool) -> Finding<'a>;

type Finding<'a> = Pin<Box<dyn Future<Output = Result<Found<Target>, AppError>> + 'a>>;

/// A kind of object in paths.
pub struct Kind {
    /// The segment that holds its id or slug.
    pub segment: &'static str,
    /// Finds it.
    pub find: Find,
}

/// Every kind of object in paths: one line per class.
pub const KINDS: &[Kind] = &[
    Kind { segment: "dataset", find: |services, reference, head| Box::pin(found(&services.datasets, reference, head)) },
    Kind { segment: "reuse", find: |services, reference, head| Box::pin(found(&services.reuses, reference, head)) },
    Kind {
        segment: "dataservice",
        find: |services, reference, head| Box::pin(found(&services.dataservices, reference, head)),
    },
    Kind { segment: "topic", find: |services, reference, head| Box::pin(found(&services.topics, reference, head)) },
    Kind {
        segment: "visualization",
        find: |services, reference, head| Box::pin(found(&services.charts, reference, head)),
    },
    Kind { segment: "post", find: |services, reference, _head| Box::pin(post(services, reference)) },
];

/// Finds a post.
async fn post(services: &Services, reference: &str) -> Result<Found<Target>, AppError> {
    Ok(services.posts.find(reference).await?.map(|row| Rc::new(row) as Target))
}

/// Finds an object of a class.
async fn found<E: Class>(objects: &Objects<E>, reference: &str, head: bool) -> Result<Found<Target>, AppError> {
    let found = if head { objects.find_head(reference).await? } else { objects.find(reference).await? };
    Ok(found.map(|row| Rc::new(row) as Target))
}
