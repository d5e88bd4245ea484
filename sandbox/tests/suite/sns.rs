//! SNS: a signed form is published, and what SNS refuses is refused.

use reqwest::Method;
use sandbox::Partner;
use serde_json::json;

use crate::aws::send;
use crate::support::TestSandbox;

const TOPIC: &str = "arn%3Aaws%3Asns%3Aus-west-004%3A123456789012%3Aalerts";

async fn publish(test: &TestSandbox, more: &str) -> (u16, String) {
    let body = format!("Action=Publish&Version=2010-03-31&{more}");
    let answer = send(test, "sns", Method::POST, "/sns/", "", body).await;
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let of =
        |name: &str| text.split(&format!("<{name}>")).nth(1).map(|rest| rest.split('<').next().unwrap().to_owned());
    (status, of("Code").or_else(|| of("MessageId")).unwrap_or_default())
}

#[tokio::test]
async fn a_signed_message_is_published_and_a_fifo_topic_knows_it_again() {
    let test = TestSandbox::start().await;
    let (status, id) = publish(&test, &format!("TopicArn={TOPIC}&Message=95+%25&Subject=Limit")).await;
    assert_eq!((status, id.len()), (200, 36));
    let recorded = &test.sandbox.requests(Partner::Sns, 0)[0];
    assert!(recorded.body.contains("Message=95+%25"), "{}", recorded.body);
    let fifo = format!("TopicArn={TOPIC}.fifo&Message=x&MessageGroupId=g&MessageDeduplicationId=d");
    assert_eq!(publish(&test, &fifo).await, publish(&test, &fifo).await);
    assert_eq!(publish(&test, "PhoneNumber=%2B15005550006&Message=x").await.0, 200);
}

#[tokio::test]
async fn what_sns_refuses_is_refused() {
    let test = TestSandbox::start().await;
    let long = "x".repeat(262_145);
    let sms = "x".repeat(1_601);
    for wrong in [
        "Message=x".to_owned(),
        format!("TopicArn={TOPIC}"),
        format!("TopicArn={TOPIC}&PhoneNumber=%2B15005550006&Message=x"),
        format!("TopicArn={TOPIC}&Message={long}"),
        format!("PhoneNumber=%2B15005550006&Message={sms}"),
        "TopicArn=alerts&Message=x".to_owned(),
        format!("TopicArn={TOPIC}.fifo&Message=x"),
        format!("TopicArn={TOPIC}&Message=x&MessageStructure=json"),
    ] {
        assert_eq!(
            publish(&test, &wrong).await,
            (400, "InvalidParameter".to_owned()),
            "{}",
            &wrong[..wrong.len().min(90)]
        );
    }
    let unsigned = test.request(Method::POST, "/sns/").header("content-type", "application/x-www-form-urlencoded");
    let unsigned =
        unsigned.body(format!("Action=Publish&Version=2010-03-31&TopicArn={TOPIC}&Message=x")).send().await.unwrap();
    assert_eq!(unsigned.status(), 403);
    assert!(unsigned.text().await.unwrap().contains("<Code>MissingAuthenticationToken</Code>"));
    let other = send(&test, "s3", Method::POST, "/sns/", "", "Action=Publish").await;
    assert_eq!(other.status(), 400, "not a form, and signed for another service");
}

#[tokio::test]
async fn faults_speak_snss_words() {
    let test = TestSandbox::start().await;
    let message = format!("TopicArn={TOPIC}&Message=x");
    for (faults, status, code) in [
        (json!({ "status": 429 }), 429, "Throttled"),
        (json!({ "status": 500 }), 500, "InternalError"),
        (json!({ "shop_gone": true }), 404, "NotFound"),
    ] {
        test.fault(Partner::Sns, faults).await;
        assert_eq!(publish(&test, &message).await, (status, code.to_owned()));
    }
    test.fault(Partner::Sns, json!({ "rate_per_s": 1 })).await;
    assert_eq!(publish(&test, &message).await.0, 200);
    assert_eq!(publish(&test, &message).await, (429, "Throttled".to_owned()));
}
