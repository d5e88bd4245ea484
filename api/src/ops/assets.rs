//! The pages of the monitor at `/ops`: the front end's build, embedded into the program (read from its folder in debug builds).
//! Files with a hash in their name are kept by browsers for a year, the page itself is asked for again each time. A build of
//! this program without the front end serves a page that says which command builds it. Serves nothing else of the file system.

use poem::http::{HeaderMap, StatusCode, header};
use poem::{Endpoint, Request, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::routes::Routes;

/// The front end's build.
#[derive(RustEmbed)]
#[folder = "../dashboards/ops/dist"]
#[allow_missing = true]
struct Dist;

/// The path of every page that the front end draws.
const PAGE: &str = "index.html";
/// Ends the names of files that are compressed already.
const BROTLI: &str = ".br";
/// A file whose name changes with its content.
const CACHE_HASHED: &str = "public, max-age=31536000, immutable";
/// Nothing but what this server serves is loaded, run or called, and nobody frames the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><title>LoyalNest ops</title></head>
<body><main><h1>The queue monitor is not built</h1>
<p>This program was built without its front end. Run <code>./dev.sh ops</code>, then build the api again.</p></main></body>
</html>
";

/// Adds the pages to the routes.
pub(crate) fn add(routes: Routes) -> Routes {
    routes.get("/ops", Pages).get("/ops/*path", Pages)
}

struct Pages;

impl Endpoint for Pages {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let path = request.uri().path().trim_start_matches("/ops").trim_start_matches('/');
        Ok(serve(path, request.headers()))
    }
}

/// Serves a file of the build, or for a path without an extension the page, which draws what the path names.
fn serve(path: &str, headers: &HeaderMap) -> Response {
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let name = if is_file { path } else { PAGE };
    let compressed = takes_brotli(headers).then(|| Dist::get(&format!("{name}{BROTLI}"))).flatten();
    let is_compressed = compressed.is_some();
    match compressed.or_else(|| Dist::get(name)) {
        Some(file) if !name.ends_with(BROTLI) => file_response(name, file, is_compressed),
        _ if is_file => Response::builder().status(StatusCode::NOT_FOUND).finish(),
        _ => with_policy(Response::builder())
            .status(StatusCode::SERVICE_UNAVAILABLE)
            .content_type("text/html; charset=utf-8")
            .body(NOT_BUILT),
    }
}

fn file_response(name: &str, file: EmbeddedFile, is_compressed: bool) -> Response {
    let cached = if name == PAGE { "no-cache" } else { CACHE_HASHED };
    let mut response = with_policy(Response::builder())
        .content_type(content_type(name))
        .header(header::CACHE_CONTROL, cached)
        .header(header::VARY, "accept-encoding");
    if is_compressed {
        response = response.header(header::CONTENT_ENCODING, "br");
    }
    response.body(file.data.into_owned())
}

fn with_policy(response: poem::ResponseBuilder) -> poem::ResponseBuilder {
    response
        .header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header("cross-origin-opener-policy", "same-origin")
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| coding.trim() == "br")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_outside_of_the_build_is_not_served() {
        for path in ["../../../Cargo.toml", "assets/../../package.json", "nothing.js", "index.html.br"] {
            assert_eq!(serve(path, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn every_page_has_the_policy_and_is_asked_for_again() {
        for path in ["", "queues/award-points", "jobs"] {
            let response = serve(path, &HeaderMap::new());
            let headers = response.headers().clone();
            assert_eq!(headers["content-security-policy"], CONTENT_SECURITY_POLICY);
            let text = response.into_body().into_string().await.unwrap();
            // Built or not: either way a page.
            assert!(text.contains("<title>LoyalNest ops</title>"), "{text}");
        }
    }
}
