//! Which operations a path has.
//!
//! One tree for all paths, which all threads share: found by going through the path once, however many there are.

use std::collections::BTreeMap;

use actix_web::http::Method;
use matchit::Router;

use crate::{Operation, metrics::Counted};

/// All paths with their operations.
pub struct Routes(Router<Route>);

/// A path and its operations.
struct Route {
    /// Names of the variable parts.
    names: Vec<&'static str>,
    operations: Vec<(Operation, Counted)>,
    /// Its methods, as `Allow` tells them.
    allowed: String,
}

/// What a method and a path lead to.
pub enum Found<'a> {
    /// An operation, how it is counted, and the variable parts of the path.
    Operation(&'a Operation, &'a Counted, Segments),
    /// The path has other methods: these.
    OtherMethod(&'a str),
    /// There is no such path.
    Nothing,
}

/// Variable parts of a path, by their names.
#[derive(Default)]
pub struct Segments(Vec<(&'static str, String)>);

impl Segments {
    /// The part of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(of, _part)| *of == name).map(|(_of, part)| part.as_str())
    }
}

impl Routes {
    /// Of these operations; a path that ends with `/` is good without it too. Error: two paths that cannot be told apart.
    pub fn new(
        operations: Vec<Operation>,
        count: impl Fn(&Operation) -> Counted,
    ) -> Result<Self, matchit::InsertError> {
        let mut by_path: BTreeMap<&'static str, Vec<(Operation, Counted)>> = BTreeMap::new();
        for operation in operations {
            let counted = count(&operation);
            by_path.entry(operation.path).or_default().push((operation, counted));
        }
        let mut router = Router::new();
        for (path, operations) in by_path {
            let bare = path.strip_suffix('/').filter(|bare| !bare.is_empty());
            for path in std::iter::once(path).chain(bare) {
                router.insert(path, Route::new(path, operations.clone()))?;
            }
        }
        Ok(Self(router))
    }

    /// What is asked for.
    pub fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let Ok(matched) = self.0.at(path) else { return Found::Nothing };
        let route = matched.value;
        let parts = matched.params.iter().map(|(_name, part)| part.to_owned());
        let segments: Vec<_> = route.names.iter().copied().zip(parts).collect();
        if segments.iter().any(|(_name, part)| part.is_empty()) {
            return Found::Nothing;
        }
        let asked = if *method == Method::HEAD { &Method::GET } else { method };
        match route.operations.iter().find(|(operation, _counted)| operation.method == *asked) {
            Some((operation, counted)) => Found::Operation(operation, counted, Segments(segments)),
            None => Found::OtherMethod(&route.allowed),
        }
    }
}

impl Route {
    fn new(path: &'static str, operations: Vec<(Operation, Counted)>) -> Self {
        let mut allowed: Vec<&str> = vec!["OPTIONS"];
        for (operation, _counted) in &operations {
            allowed.push(operation.method.as_str());
            if operation.method == Method::GET {
                allowed.push("HEAD");
            }
        }
        allowed.sort_unstable();
        let allowed = allowed.join(", ");
        let names = path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
        Self { names, operations, allowed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    fn told(method: &Method, path: &str) -> String {
        let metrics = Metrics::new();
        let count = |operation: &Operation| metrics.operation(operation.id, operation.method.as_str());
        let routes = Routes::new(crate::operations(), count).unwrap();
        match routes.find(method, path) {
            Found::Operation(operation, _counted, segments) => {
                let parts: Vec<String> = segments.0.iter().map(|(name, part)| format!("{name}={part}")).collect();
                format!("{} {}", operation.id, parts.join(" ")).trim().to_owned()
            }
            Found::OtherMethod(allowed) => allowed.to_owned(),
            Found::Nothing => String::new(),
        }
    }

    #[test]
    fn a_fixed_part_goes_before_a_variable_one() {
        for (path, expected) in [
            ("/api/1/organizations/", "list_organizations"),
            ("/api/1/organizations", "list_organizations"),
            ("/api/1/organizations/suggest/", "suggest_organizations"),
            ("/api/1/organizations/suggest", "suggest_organizations"),
            ("/api/1/organizations/sugges", "get_organization org=sugges"),
            ("/api/1/organizations/suggestions/", "get_organization org=suggestions"),
            ("/api/1/organizations/ile-de-france/", "get_organization org=ile-de-france"),
            ("/api/1/organizations/a/catalog.xml", "rdf_organization_format org=a _format=xml"),
            ("/api/1/organizations//", ""),
            ("/api/1/organizations/a//", ""),
            ("/api/1/organizations/a/nothing", ""),
            ("/api/3/", ""),
        ] {
            assert_eq!(told(&Method::GET, path), expected, "{path}");
        }
        assert_eq!(told(&Method::HEAD, "/api/1/organizations/a/"), "get_organization org=a");
        assert_eq!(told(&Method::PATCH, "/api/1/organizations/a/"), "DELETE, GET, HEAD, OPTIONS, PUT");
    }
}
