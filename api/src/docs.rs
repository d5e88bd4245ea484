//! The documentation for people and programs: `/docs`, its script and style, and `/openapi.json`. Served from this process
//! alone, compressed for whoever takes gzip.

use std::io::Write as _;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use poem::http::{HeaderMap, header};
use poem::{Endpoint, Request, Response};
use poem_openapi::OpenApiService;

use crate::error::ApiError;
use crate::openapi::openapi_json;
use crate::routes::Routes;

/// How long a browser may keep what it was served: a new release must be seen soon.
const CACHE_CONTROL: &str = "public, max-age=300";
/// Only what this process serves is loaded, and only this process is called.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LoyalNest API</title>
<meta name="description" content="The HTTP API of LoyalNest: loyalty points for Shopify merchants.">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="ui"><noscript>This page needs JavaScript. The same as a document: <a href="/openapi.json">openapi.json</a></noscript></main>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"##;

const START: &str =
    "SwaggerUIBundle({ dom_id: '#ui', url: '/openapi.json', validatorUrl: null, deepLinking: true });\n";

/// Adds the documentation to the routes.
pub(crate) fn add(routes: Routes) -> Routes {
    let (script, style) = swagger_ui();
    let asset = |content_type, text: Bytes| Asset { content_type, text, gzip: Arc::default() };
    routes
        .get("/docs", asset("text/html; charset=utf-8", Bytes::from_static(PAGE.as_bytes())))
        .get("/docs/start.js", asset("text/javascript; charset=utf-8", Bytes::from_static(START.as_bytes())))
        .get("/docs/swagger-ui.js", asset("text/javascript; charset=utf-8", script))
        .get("/docs/swagger-ui.css", asset("text/css; charset=utf-8", style))
        .get("/openapi.json", asset("application/json", Bytes::from_static(openapi_json().as_bytes())))
}

/// The script and the style of Swagger UI, which poem-openapi has within a page of its own.
fn swagger_ui() -> (Bytes, Bytes) {
    static PARTS: OnceLock<(Bytes, Bytes)> = OnceLock::new();
    let parts = PARTS.get_or_init(|| {
        let page = OpenApiService::new((), "", "").swagger_ui_html();
        let between = |begin: &str, end: &str| {
            let (_, rest) = page.split_once(begin)?;
            Some(Bytes::from(rest.split_once(end)?.0.to_owned()))
        };
        let script = between("<script charset=\"UTF-8\">", "</script>\n</head>");
        let style = between("<style charset=\"UTF-8\">", "</style>");
        (script.unwrap_or_default(), style.unwrap_or_default())
    });
    parts.clone()
}

/// A text that is served as it is.
struct Asset {
    content_type: &'static str,
    text: Bytes,
    gzip: Arc<OnceLock<Bytes>>,
}

impl Endpoint for Asset {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let response = Response::builder()
            .content_type(self.content_type)
            .header(header::CACHE_CONTROL, CACHE_CONTROL)
            .header(header::VARY, "accept-encoding")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
        if !takes_gzip(request.headers()) {
            return Ok(response.body(self.text.clone()));
        }
        Ok(response.header(header::CONTENT_ENCODING, "gzip").body(self.gzip().await?))
    }
}

impl Asset {
    /// The compressed text, which is made when first asked for.
    async fn gzip(&self) -> Result<Bytes, ApiError> {
        let (text, gzip) = (self.text.clone(), Arc::clone(&self.gzip));
        let compressed = tokio::task::spawn_blocking(move || gzip.get_or_init(|| compress(&text)).clone());
        compressed.await.map_err(|_| ApiError::internal())
    }
}

fn compress(text: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(text);
    encoder.finish().unwrap_or_default().into()
}

/// Whether `Accept-Encoding` names gzip and does not rule it out.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let quality = quality.trim().trim_start_matches("q=").parse::<f32>().unwrap_or(0.0);
        name.trim().eq_ignore_ascii_case("gzip") && quality > 0.0
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn swagger_ui_is_found_in_the_page_of_poem_openapi() {
        let (script, style) = swagger_ui();
        assert!(script.len() > 500_000 && style.len() > 50_000, "{} {}", script.len(), style.len());
        assert!(script.windows(15).any(|part| part == b"SwaggerUIBundle"));
        assert!(!script.windows(8).any(|part| part == b"</script"));
    }

    #[test]
    fn the_page_is_complete_and_loads_nothing_from_elsewhere() {
        assert!(PAGE.starts_with("<!doctype html>\n<html lang=\"en\">"));
        assert!(PAGE.contains("name=\"viewport\"") && PAGE.contains("<title>"));
        assert!(!PAGE.contains("//") && !START.contains("//"));
    }

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        let takes = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            takes_gzip(&headers)
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5") && takes("deflate, gzip;q=1.0"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("identity") && !takes_gzip(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn what_is_compressed_is_the_same_text() {
        let asset = Asset { content_type: "text/plain", text: Bytes::from_static(b"abc"), gzip: Arc::default() };
        let request = Request::builder().header("accept-encoding", "gzip").finish();
        let answer = asset.call(request).await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip");
        let body = answer.into_body().into_vec().await.unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }
}
