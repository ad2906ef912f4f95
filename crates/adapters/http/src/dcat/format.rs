//! The formats linked data is written in, and which of them a client wants.

use oxrdf::{GraphName, Quad};
use oxrdfxml::RdfXmlSerializer;
use oxttl::{NTriplesSerializer, TriGSerializer, TurtleSerializer};

use super::{Triples, jsonld, words::PREFIXES};

/// A format of linked data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON-LD.
    JsonLd,
    /// RDF/XML.
    Xml,
    /// Turtle.
    Turtle,
    /// Notation 3; every Turtle is one.
    N3,
    /// N-Triples.
    NTriples,
    /// TriG, with one graph.
    TriG,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

impl Format {
    /// By what stands behind the dot of an address, in any case.
    pub fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension.to_ascii_lowercase().as_str() {
            "json" | "jsonld" | "json-ld" => Self::JsonLd,
            "xml" | "rdf" | "owl" => Self::Xml,
            "ttl" => Self::Turtle,
            "n3" => Self::N3,
            "nt" => Self::NTriples,
            "trig" => Self::TriG,
            _ => return None,
        })
    }

    /// The one a client likes best by its `Accept`; JSON-LD where it names none, RDF/XML where it
    /// takes anything. Source: udata 17 as observed.
    pub fn wanted(accept: &str) -> Self {
        let mut best: Option<(Self, f32)> = None;
        for part in accept.split(',') {
            let mut words = part.split(';').map(str::trim);
            let kind = words.next().unwrap_or_default().to_ascii_lowercase();
            let weight = words.find_map(|word| word.strip_prefix("q=")).and_then(|text| text.parse().ok());
            let weight: f32 = weight.unwrap_or(1.0);
            let found = match kind.as_str() {
                "application/ld+json" | "application/json" => Self::JsonLd,
                "application/rdf+xml" | "application/xml" | "text/xml" | "*/*" => Self::Xml,
                "text/turtle" | "application/x-turtle" => Self::Turtle,
                "text/n3" => Self::N3,
                "application/n-triples" => Self::NTriples,
                "application/trig" => Self::TriG,
                _ => continue,
            };
            if weight > best.map_or(0.0, |(_found, weight)| weight) {
                best = Some((found, weight));
            }
        }
        best.map_or(Self::JsonLd, |(found, _weight)| found)
    }

    /// What stands behind the dot of an address.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::JsonLd => "json",
            Self::Xml => "xml",
            Self::Turtle => "ttl",
            Self::N3 => "n3",
            Self::NTriples => "nt",
            Self::TriG => "trig",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::JsonLd => "application/ld+json",
            Self::Xml => "application/rdf+xml",
            Self::Turtle => "application/x-turtle",
            Self::N3 => "text/n3",
            Self::NTriples => "application/n-triples",
            Self::TriG => "application/trig",
        }
    }

    /// Writes triples. Those of one subject are brought together first.
    ///
    /// # Errors
    /// None is expected: the vocabularies are known, and writing goes to memory.
    pub fn write(self, triples: &Triples) -> Result<Vec<u8>, Fault> {
        let mut told: Vec<_> = triples.told().iter().collect();
        told.sort_by_cached_key(|triple| (triple.subject.to_string(), triple.predicate.to_string()));
        Ok(match self {
            Self::JsonLd => serde_json::to_vec_pretty(&jsonld::compacted(&told))?,
            Self::Xml => {
                let mut out = RdfXmlSerializer::new();
                for (name, vocabulary) in PREFIXES {
                    out = out.with_prefix(name, vocabulary)?;
                }
                let mut out = out.for_writer(Vec::new());
                for triple in told {
                    out.serialize_triple(triple)?;
                }
                out.finish()?
            }
            Self::Turtle | Self::N3 => {
                let mut out = TurtleSerializer::new();
                for (name, vocabulary) in PREFIXES {
                    out = out.with_prefix(name, vocabulary)?;
                }
                let mut out = out.for_writer(Vec::new());
                for triple in told {
                    out.serialize_triple(triple)?;
                }
                out.finish()?
            }
            Self::NTriples => {
                let mut out = NTriplesSerializer::new().for_writer(Vec::new());
                for triple in told {
                    out.serialize_triple(triple)?;
                }
                out.finish()
            }
            Self::TriG => {
                let mut out = TriGSerializer::new();
                for (name, vocabulary) in PREFIXES {
                    out = out.with_prefix(name, vocabulary)?;
                }
                let mut out = out.for_writer(Vec::new());
                for triple in told {
                    out.serialize_quad(&Quad::new(
                        triple.subject.clone(),
                        triple.predicate.clone(),
                        triple.object.clone(),
                        GraphName::DefaultGraph,
                    ))?;
                }
                out.finish()?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_the_format_it_likes_best() {
        for (accept, extension) in [
            ("", "json"),
            ("*/*", "xml"),
            ("text/html", "json"),
            ("text/turtle", "ttl"),
            ("application/n-triples", "nt"),
            ("text/html,application/rdf+xml;q=0.9,text/turtle;q=0.95", "ttl"),
            ("text/turtle;q=0, application/trig;q=0.1", "trig"),
        ] {
            assert_eq!(Format::wanted(accept).extension(), extension, "{accept}");
        }
    }

    #[test]
    fn addresses_name_formats_in_any_case() {
        assert_eq!(Format::of_extension("TTL"), Some(Format::Turtle));
        assert_eq!(Format::of_extension("nope"), None);
    }
}
