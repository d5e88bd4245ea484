//! S3: objects whole, in parts and by presigned URLs, listings, and refusals.

use std::time::Duration;

use reqwest::{Method, Response};
use sandbox::Partner;
use serde_json::json;

use crate::aws::{presign, send};
use crate::support::TestSandbox;

async fn s3(test: &TestSandbox, method: Method, path: &str, query: &str, body: impl Into<Vec<u8>>) -> Response {
    send(test, "s3", method, &format!("/s3{path}"), query, body).await
}

async fn code(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let code = text.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap_or_default();
    (status, code.to_owned())
}

#[tokio::test]
async fn an_object_is_put_read_in_part_listed_and_deleted() {
    let test = TestSandbox::start().await;
    let put = s3(&test, Method::PUT, "/loyalnest/exports/a%20b.csv", "", "email,points\n").await;
    assert_eq!(put.status(), 200);
    assert_eq!(put.headers()["etag"], "\"0fd7d2a552f673b88fdc55ba1221d348\"");
    let got = s3(&test, Method::GET, "/loyalnest/exports/a%20b.csv", "", "").await;
    assert_eq!((got.status().as_u16(), got.headers()["content-type"].to_str().unwrap()), (200, "text/csv"));
    assert_eq!(got.text().await.unwrap(), "email,points\n");
    let head = s3(&test, Method::HEAD, "/loyalnest/exports/a%20b.csv", "", "").await;
    assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, "13"));
    s3(&test, Method::PUT, "/loyalnest/other.csv", "", "x").await;
    let listed = s3(&test, Method::GET, "/loyalnest", "list-type=2&prefix=exports%2F", "").await.text().await.unwrap();
    assert!(listed.contains("<Key>exports/a b.csv</Key>") && !listed.contains("other.csv"), "{listed}");
    let first = s3(&test, Method::GET, "/loyalnest", "list-type=2&max-keys=1", "").await.text().await.unwrap();
    assert!(first.contains("<IsTruncated>true</IsTruncated><NextContinuationToken>exports/a b.csv<"), "{first}");
    assert_eq!(s3(&test, Method::DELETE, "/loyalnest/exports/a%20b.csv", "", "").await.status(), 204);
    assert_eq!(
        code(s3(&test, Method::GET, "/loyalnest/exports/a%20b.csv", "", "").await).await,
        (404, "NoSuchKey".to_owned())
    );
}

#[tokio::test]
async fn parts_become_one_object_in_their_order() {
    let test = TestSandbox::start().await;
    let begun = s3(&test, Method::POST, "/loyalnest/big.csv", "uploads=", "").await.text().await.unwrap();
    let id = begun.split("<UploadId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let part = async |number: u32, body: Vec<u8>| {
        let answer =
            s3(&test, Method::PUT, "/loyalnest/big.csv", &format!("partNumber={number}&uploadId={id}"), body).await;
        answer.headers()["etag"].to_str().unwrap().to_owned()
    };
    let last = part(2, b"end".to_vec()).await;
    let small = part(1, b"small".to_vec()).await;
    let complete = async |parts: &[(u32, &str)]| {
        let parts: String = parts
            .iter()
            .map(|(n, tag)| format!("<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag></Part>"))
            .collect();
        let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        code(s3(&test, Method::POST, "/loyalnest/big.csv", &format!("uploadId={id}"), body).await).await
    };
    assert_eq!(complete(&[(1, &small), (2, &last)]).await, (400, "EntityTooSmall".to_owned()));
    let first = part(1, vec![b'x'; 5 * 1_024 * 1_024]).await;
    assert_eq!(complete(&[(2, &last), (1, &first)]).await, (400, "InvalidPartOrder".to_owned()));
    assert_eq!(complete(&[(1, &small), (2, &last)]).await, (400, "InvalidPart".to_owned()));
    assert_eq!(complete(&[(1, &first), (2, &last)]).await.0, 200);
    let whole = s3(&test, Method::GET, "/loyalnest/big.csv", "", "").await.bytes().await.unwrap();
    assert_eq!((whole.len(), &whole[whole.len() - 4..]), (5 * 1_024 * 1_024 + 3, &b"xend"[..]));
    assert_eq!(complete(&[(1, &first)]).await, (404, "NoSuchUpload".to_owned()));
}

#[tokio::test]
async fn presigned_urls_need_no_other_signature_and_expire() {
    let test = TestSandbox::start().await;
    let put = presign(&test, &Method::PUT, "/s3/loyalnest/up.csv", 60);
    let sent = test.request(Method::PUT, &put).body("points").send().await.unwrap();
    assert_eq!(sent.status(), 200);
    let get = presign(&test, &Method::GET, "/s3/loyalnest/up.csv", 60);
    assert_eq!(test.get(&get).await.text().await.unwrap(), "points");
    let ranged = test.request(Method::GET, &get).header("range", "bytes=1-3").send().await.unwrap();
    assert_eq!((ranged.status().as_u16(), ranged.headers()["content-range"].to_str().unwrap()), (206, "bytes 1-3/6"));
    assert_eq!(ranged.text().await.unwrap(), "oin");
    assert_eq!(
        code(test.get(&get.replace("up.csv", "other.csv")).await).await,
        (403, "SignatureDoesNotMatch".to_owned())
    );
    assert_eq!(code(test.get(&put).await).await.1, "SignatureDoesNotMatch", "another method");
    test.clock.advance(Duration::from_secs(61));
    assert_eq!(code(test.get(&get).await).await, (403, "AccessDenied".to_owned()));
}

#[tokio::test]
async fn what_s3_refuses_is_refused() {
    let test = TestSandbox::start().await;
    assert_eq!(code(test.get("/s3/loyalnest/a").await).await, (401, "UnauthorizedAccess".to_owned()));
    assert_eq!(code(s3(&test, Method::GET, "/nobody/a", "", "").await).await, (404, "NoSuchBucket".to_owned()));
    assert_eq!(code(s3(&test, Method::PUT, "/Bad_Name", "", "").await).await, (400, "InvalidBucketName".to_owned()));
    assert_eq!(s3(&test, Method::PUT, "/second", "", "").await.status(), 200);
    assert_eq!(code(s3(&test, Method::PUT, "/second", "", "").await).await.0, 409);
    assert_eq!(s3(&test, Method::DELETE, "/second", "", "").await.status(), 204);
    s3(&test, Method::PUT, "/loyalnest/a", "", "x").await;
    assert_eq!(code(s3(&test, Method::DELETE, "/loyalnest", "", "").await).await, (409, "BucketNotEmpty".to_owned()));
    assert_eq!(
        code(s3(&test, Method::GET, "/loyalnest/a", "acl=", "").await).await,
        (501, "NotImplemented".to_owned())
    );
    let rules = "<LifecycleConfiguration><Rule><ID>exports</ID></Rule></LifecycleConfiguration>";
    assert_eq!(s3(&test, Method::PUT, "/loyalnest", "lifecycle=", rules).await.status(), 200);
    assert_eq!(s3(&test, Method::GET, "/loyalnest", "lifecycle=", "").await.text().await.unwrap(), rules);
}

#[tokio::test]
async fn faults_speak_s3s_words() {
    let test = TestSandbox::start().await;
    for (faults, status, expected) in [
        (json!({ "shop_gone": "loyalnest" }), 404, "NoSuchBucket"),
        (json!({ "status": 503, "retry_after_s": 2 }), 503, "SlowDown"),
        (json!({ "status": 403 }), 403, "AccessDenied"),
        (json!({ "status": 500 }), 500, "InternalError"),
    ] {
        test.fault(Partner::S3, faults).await;
        let answer = s3(&test, Method::PUT, "/loyalnest/a", "", "x").await;
        assert_eq!(code(answer).await, (status, expected.to_owned()));
    }
    test.fault(Partner::S3, json!({ "rate_per_s": 1 })).await;
    assert_eq!(s3(&test, Method::PUT, "/loyalnest/a", "", "x").await.status(), 200);
    assert_eq!(code(s3(&test, Method::PUT, "/loyalnest/a", "", "x").await).await.1, "SlowDown");
}
