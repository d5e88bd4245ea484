//! Quotas of callers, which all processes share.

use std::time::Duration;

use jobs::testing;

#[tokio::test]
async fn processes_share_what_a_caller_has_spent_until_its_window_ends() {
    let queues = testing::queues();
    let window = Duration::from_millis(400);
    let (one, other) = (queues.quotas(), queues.clone().quotas());
    let first = one.spend("key-1", window).await.unwrap();
    assert_eq!(first.count, 1);
    assert!(first.resets_after > Duration::ZERO && first.resets_after <= window, "{first:?}");
    let second = other.spend("key-1", window).await.unwrap();
    assert_eq!(second.count, 2);
    assert!(second.resets_after <= first.resets_after, "a use does not extend the window");
    assert_eq!(one.spend("key-2", window).await.unwrap().count, 1, "another caller has a quota of its own");
    let mut next = second;
    while next.count > 1 {
        assert!(next.resets_after <= window);
        tokio::time::sleep(next.resets_after).await;
        next = one.spend("key-1", window).await.unwrap();
    }
    assert_eq!(next.count, 1);
}

#[tokio::test]
async fn a_name_that_could_leave_its_key_is_refused() {
    let queues = testing::queues();
    for bad in ["", "a b", "a}:b", "é", &"x".repeat(65)] {
        assert!(queues.quotas().spend(bad, Duration::from_secs(1)).await.is_err(), "{bad}");
    }
}
