//! SNS and the object storage: signatures that are accepted, objects whole, in parts, and by URLs for others.

use std::time::Duration;

use bytes::Bytes;
use partners::s3::{OBJECT_BYTES_MAX, PRESIGNED_MAX};
use partners::sns::{Notification, SNS_MESSAGE_BYTES_MAX};
use sandbox::Partner;

use crate::support::{Rig, http, kind};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alerts";
const FIFO: &str = "arn:aws:sns:us-east-1:123456789012:alerts.fifo";

#[tokio::test]
async fn sns_publishes_and_a_fifo_topic_takes_a_message_once() {
    let rig = Rig::start().await;
    let sns = &rig.clients.sns;
    let message = Notification { topic: TOPIC, subject: Some("Límit – 95 %"), message: "Größe: 95 %", fifo: None };
    assert_ne!(sns.publish(&message).await.unwrap(), sns.publish(&message).await.unwrap());
    let fifo = Notification { topic: FIFO, fifo: Some(("limits", "w-1")), ..message.clone() };
    assert_eq!(sns.publish(&fifo).await.unwrap(), sns.publish(&fifo).await.unwrap());
    let long = "x".repeat(SNS_MESSAGE_BYTES_MAX + 1);
    let long = Notification { message: &long, ..message.clone() };
    assert_eq!(kind(&sns.publish(&long).await), "invalid");
    let nowhere = Notification { topic: "nowhere", ..message };
    assert_eq!(kind(&sns.publish(&nowhere).await), "rejected");
}

#[tokio::test]
async fn a_wrong_key_is_unauthorized_and_none_is_said() {
    let mut rig = Rig::start().await;
    rig.restart(&[("SNS_SECRET_ACCESS_KEY", "wrong"), ("S3_SECRET_ACCESS_KEY", "wrong")]);
    let message = Notification { topic: TOPIC, subject: None, message: "a", fifo: None };
    assert_eq!(kind(&rig.clients.sns.publish(&message).await), "unauthorized");
    assert_eq!(kind(&rig.clients.objects.get("a").await), "unauthorized");
    let none = [
        ("SNS_ACCESS_KEY_ID", ""),
        ("SNS_SECRET_ACCESS_KEY", ""),
        ("S3_ACCESS_KEY_ID", ""),
        ("S3_SECRET_ACCESS_KEY", ""),
    ];
    rig.restart(&none);
    assert_eq!(kind(&rig.clients.sns.publish(&message).await), "invalid");
    assert_eq!(kind(&rig.clients.objects.get("a").await), "invalid");
}

#[tokio::test]
async fn an_object_is_written_read_and_deleted() {
    let rig = Rig::start().await;
    let objects = &rig.clients.objects;
    for key in ["exports/a b+c.csv", "exports/größe/100%.csv"] {
        assert_eq!(objects.get(key).await.unwrap(), None);
        objects.put(key, "text/csv", Bytes::from_static(b"email,points\n")).await.unwrap();
        assert_eq!(objects.get(key).await.unwrap().unwrap(), "email,points\n", "{key}");
        objects.delete(key).await.unwrap();
        objects.delete(key).await.unwrap();
        assert_eq!(objects.get(key).await.unwrap(), None);
    }
    for key in ["", "a/../b", &"x".repeat(1_025)] {
        assert_eq!(kind(&objects.get(key).await), "invalid");
    }
    assert_eq!(kind(&objects.put("a", "text/csv", Bytes::from(vec![0; OBJECT_BYTES_MAX + 1])).await), "invalid");
}

#[tokio::test]
async fn others_read_and_write_by_urls_for_a_time() {
    let rig = Rig::start().await;
    let (objects, http) = (&rig.clients.objects, http());
    let minute = Duration::from_secs(60);
    let put = objects.presign_put("in/a b.csv", minute).unwrap();
    assert_eq!(http.put(put).body("points\n").send().await.unwrap().status(), 200);
    let get = objects.presign_get("in/a b.csv", minute).unwrap();
    assert_eq!(http.get(&get).send().await.unwrap().text().await.unwrap(), "points\n");
    assert_eq!(http.put(&get).body("other").send().await.unwrap().status(), 403, "it is for reading");
    assert_eq!(http.get(get.replace("a%20b", "c")).send().await.unwrap().status(), 403, "it is for that object");
    for wrong in [Duration::ZERO, PRESIGNED_MAX + minute] {
        assert_eq!(kind(&objects.presign_get("a", wrong)), "invalid");
    }
}

#[tokio::test]
async fn an_object_of_any_length_is_written_in_parts_and_a_failure_leaves_nothing() {
    let mut rig = Rig::start().await;
    rig.restart(&[("S3_TIMEOUT_MS", "10000")]);
    let objects = &rig.clients.objects;
    let part = Bytes::from(vec![b'a'; 5 * 1_024 * 1_024]);
    let mut parts = [part.clone(), part.clone(), Bytes::from_static(b"end")].into_iter();
    objects.put_large("big.csv", "text/csv", async || parts.next()).await.unwrap();
    let read = objects.get("big.csv").await.unwrap().unwrap();
    assert_eq!((read.len(), &read[read.len() - 3..]), (10 * 1_024 * 1_024 + 3, &b"end"[..]));
    let mut parts = [part, Bytes::from_static(b"short"), Bytes::from_static(b"end")].into_iter();
    let failed = objects.put_large("bad.csv", "text/csv", async || parts.next()).await;
    assert_eq!(kind(&failed), "invalid");
    assert_eq!(objects.get("bad.csv").await.unwrap(), None);
    let last = rig.received(Partner::S3).into_iter().rev().nth(1).unwrap();
    assert_eq!((last.method.as_str(), last.status), ("DELETE", Some(204)), "the upload was aborted");
}
