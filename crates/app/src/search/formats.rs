//! What sort of thing a file format is.

const TABULAR: [&str; 14] = [
    "csv", "csv.gz", "csv.zip", "dbf", "fods", "ods", "parquet", "tsv", "xls", "xlsb", "xlsm", "xlsx", "xlsx.zip",
    "excel",
];
const MACHINE_READABLE: [&str; 20] = [
    "api", "gtfs", "gtfs-rt", "json", "json.gz", "json-ld", "jsonl", "jsonld", "n3", "ndjson", "netex", "rdf", "siri",
    "sparql", "sql", "sqlite", "ttl", "xml", "xml.zip", "gbfs",
];
const GEOGRAPHICAL: [&str; 31] = [
    "asc",
    "atom",
    "dwg",
    "dxf",
    "ecw",
    "esri",
    "fgb",
    "gdb",
    "geojson",
    "geojson.gz",
    "geopackage",
    "geotiff",
    "gml",
    "gpkg",
    "gpkg.zip",
    "gpx",
    "jp2",
    "kml",
    "kmz",
    "las",
    "laz",
    "mbtiles",
    "ogc:wfs",
    "ogc:wms",
    "pmtiles",
    "qgs",
    "shp",
    "shp.zip",
    "wfs",
    "wms",
    "wmts",
];
const DOCUMENTS: [&str; 16] = [
    "doc", "docx", "epub", "htm", "html", "markdown", "md", "odp", "odt", "pdf", "pdf.zip", "ppt", "pptx", "rtf",
    "txt", "word",
];

/// The family of a format, in lower case: `tabular`, `machine_readable`, `geographical`, `documents` or `other`.
pub(super) fn family(format: &str) -> &'static str {
    match format {
        _ if TABULAR.contains(&format) => "tabular",
        _ if MACHINE_READABLE.contains(&format) => "machine_readable",
        _ if GEOGRAPHICAL.contains(&format) => "geographical",
        _ if DOCUMENTS.contains(&format) => "documents",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_families() {
        for (format, expected) in [
            ("csv", "tabular"),
            ("json", "machine_readable"),
            ("shp", "geographical"),
            ("pdf", "documents"),
            ("x", "other"),
        ] {
            assert_eq!(family(format), expected);
        }
    }
}
