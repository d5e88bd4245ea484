//! Vectors made with botocore 1.4x: the same requests, signed by an independent implementation.

use bytes::Bytes;
use hyper::Method;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::*;

fn known() -> Credentials {
    Credentials { access_key_id: "sandbox".to_owned(), secret_access_key: "sandbox-secret-access-key".to_owned() }
}

fn noon() -> DateTime<Utc> {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn call(method: Method, path: &str, query: &str, headers: &[(&'static str, &str)], body: &'static str) -> Call {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    Call {
        method,
        full_path: path.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: map,
        body: Bytes::from_static(body.as_bytes()),
    }
}

fn publish() -> Call {
    call(
        Method::POST,
        "/sns/",
        "",
        &[
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "127.0.0.1:3040"),
            ("x-amz-date", "20261124T120000Z"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=sandbox/20261124/us-east-1/sns/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, \
                 Signature=ab9ad9eb32e0851f9160ffc73bdb83cbe2faf7a3b6de0a518f96f83017146ef3",
            ),
        ],
        "Action=Publish&Message=hello&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A123456789012%3Aalerts&Version=2010-03-31",
    )
}

fn put() -> Call {
    call(
        Method::PUT,
        "/s3/exports/a%20b/%C3%BC%2B1.csv",
        "x-id=PutObject",
        &[
            ("host", "127.0.0.1:3040"),
            ("x-amz-meta-note", "two   spaces"),
            ("x-amz-date", "20261124T120000Z"),
            ("x-amz-content-sha256", "69b282e328c26e1c57f1f14e19bf18198e8d23e3597178b24fd289f623989f1b"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=sandbox/20261124/us-west-004/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-note, \
                 Signature=78c9d072fa4b7cc006e6845cc2ed435925b4ffbc1f0d8ccb5faf3a6d68a45f3b",
            ),
        ],
        "points,120\n",
    )
}

fn list() -> Call {
    call(
        Method::GET,
        "/s3/exports",
        "list-type=2&prefix=a%2Fb&max-keys=5",
        &[
            ("host", "127.0.0.1:3040"),
            ("x-amz-date", "20261124T120000Z"),
            ("x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=sandbox/20261124/us-west-004/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
                 Signature=2a8b5ae3f13e5118ea87b5b147bf1a4ea1298470dbfa6d42c022177fef133522",
            ),
        ],
        "",
    )
}

fn presigned() -> Call {
    let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=sandbox%2F20261124%2Fus-west-004%2Fs3%2Faws4_request&\
                 X-Amz-Date=20261124T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&\
                 X-Amz-Signature=d0ff8e5cda02a971e19a72dc9e03bfaa0ee15d479661b762fbd11f293fe8a943";
    call(Method::GET, "/s3/exports/a%20b/%C3%BC%2B1.csv", query, &[("host", "127.0.0.1:3040")], "")
}

#[test]
fn signatures_of_another_implementation_are_accepted() {
    for (call, service) in [(publish(), "sns"), (put(), "s3"), (list(), "s3"), (presigned(), "s3")] {
        assert_eq!(verify(&call, service, &known(), noon()), Ok(()), "{} {}", call.method, call.full_path);
    }
}

#[test]
fn a_request_that_was_changed_is_not_accepted() {
    let mut other_path = put();
    other_path.full_path = "/s3/exports/other.csv".to_owned();
    let mut other_query = list();
    other_query.query = "list-type=2&prefix=&max-keys=5".to_owned();
    let mut other_method = presigned();
    other_method.method = Method::DELETE;
    let mut more_headers = put();
    more_headers.headers.append("x-amz-acl", HeaderValue::from_static("public-read"));
    for call in [other_path, other_query, other_method, more_headers] {
        assert_eq!(verify(&call, "s3", &known(), noon()), Err(Refused::Mismatch), "{}", call.full_path);
    }
    let mut other_body = publish();
    other_body.body = Bytes::from_static(b"Action=Publish&Message=evil");
    assert_eq!(verify(&other_body, "sns", &known(), noon()), Err(Refused::Mismatch));
    let mut other_body = put();
    other_body.body = Bytes::from_static(b"points,999999\n");
    assert_eq!(verify(&other_body, "s3", &known(), noon()), Err(Refused::Body));
}

#[test]
fn the_key_and_the_time_must_be_right() {
    let stranger = Credentials { access_key_id: "other".to_owned(), ..known() };
    assert_eq!(verify(&put(), "s3", &stranger, noon()), Err(Refused::UnknownKey));
    let wrong = Credentials { secret_access_key: "wrong".to_owned(), ..known() };
    assert_eq!(verify(&put(), "s3", &wrong, noon()), Err(Refused::Mismatch));
    assert_eq!(verify(&put(), "sns", &known(), noon()), Err(Refused::Malformed), "signed for another service");
    assert_eq!(verify(&put(), "s3", &known(), noon() + TimeDelta::minutes(16)), Err(Refused::Skewed));
    assert_eq!(verify(&put(), "s3", &known(), noon() - TimeDelta::minutes(16)), Err(Refused::Skewed));
    assert_eq!(verify(&presigned(), "s3", &known(), noon() + TimeDelta::seconds(900)), Ok(()));
    assert_eq!(verify(&presigned(), "s3", &known(), noon() + TimeDelta::seconds(901)), Err(Refused::Expired));
    let mut bare = put();
    bare.headers.remove("authorization");
    assert_eq!(verify(&bare, "s3", &known(), noon()), Err(Refused::Missing));
}
