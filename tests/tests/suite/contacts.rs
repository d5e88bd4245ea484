//! How customers are reached: the newest document decides, whatever the order of arrival; an address has one customer at most;
//! and no dispute about an address holds up points.

use std::collections::BTreeMap;

use domain::MerchantId;
use futures::future::join_all;
use shopify::testing::OrderPayload;
use sqlx::Row as _;
use store::crypto::{CustomerEmail, Encrypted};
use tests::settings::{email_index, keys};
use tests::{TestApp, wait_until};

use crate::support::{at, order, take};

/// Addresses of the first shop's customers, by Shopify's id.
async fn emails(app: &TestApp) -> BTreeMap<i64, Option<String>> {
    let merchant = app.shops[0].merchant_id.clone();
    let rows = sqlx::query("SELECT shopify_customer_id, email, email_index FROM customers WHERE merchant_id = $1")
        .bind(merchant.as_str());
    let open = |stored: Vec<u8>| Encrypted::<CustomerEmail>::from_stored(stored).open(&keys(), &merchant).unwrap();
    let rows = rows.fetch_all(&app.pool).await.unwrap();
    let addresses = rows.iter().map(|row| {
        let email = row.get::<Option<Vec<u8>>, _>("email").map(open);
        let index = email.as_deref().map(|email| email_index().of(email).to_vec());
        assert_eq!(row.get::<Option<Vec<u8>>, _>("email_index"), index, "{email:?}");
        (row.get::<i64, _>("shopify_customer_id"), email)
    });
    addresses.collect()
}

async fn email(app: &TestApp, customer: i64) -> Option<String> {
    emails(app).await.remove(&customer).expect("the customer is there")
}

fn order_at(id: i64, customer: i64, email: &str, seconds: i64) -> OrderPayload {
    order(id, 1_000).customer(customer, Some(email)).updated_at(at(seconds))
}

#[tokio::test]
async fn the_newest_document_says_address_and_language_in_whatever_order_they_arrive() {
    let app = TestApp::start().await;
    let told = [("first", "de", 10), ("second", "fr", 20), ("first", "en", 30)];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (customer, order) in (100..).zip(orders) {
        for place in order {
            let (name, locale, seconds) = told[place];
            let document =
                order_at(customer * 10 + place as i64, customer, &format!("{name}@{customer}.example"), seconds);
            let mut body: serde_json::Value = serde_json::from_str(&document.json()).unwrap();
            body["customer_locale"] = locale.into();
            take(&app, "orders/create", body.to_string()).await;
        }
        assert_eq!(email(&app, customer).await, Some(format!("first@{customer}.example")), "arrived as {order:?}");
        let locale = format!("SELECT locale FROM customers WHERE shopify_customer_id = {customer}");
        assert_eq!(app.texts(&locale).await, ["en"], "arrived as {order:?}");
        assert_eq!(app.balance(customer).await, Some(300));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_document_that_says_no_address_takes_none_away() {
    let app = TestApp::start().await;
    take(&app, "orders/create", order_at(1, 100, "a@example.com", 10).json()).await;
    take(&app, "orders/create", order(2, 1_000).customer(100, None).updated_at(at(20)).json()).await;
    assert_eq!(email(&app, 100).await.as_deref(), Some("a@example.com"));
    app.finish().await;
}

#[tokio::test]
async fn an_address_of_another_customer_goes_to_whom_the_newer_document_names() {
    let app = TestApp::start().await;
    // (Shopify's ids of the two, which of them is told of first)
    for (one, other, first) in [(100, 101, 0), (200, 201, 1)] {
        let address = format!("shared@{one}.example");
        let documents = [order_at(one, one, &address, 10), order_at(other, other, &address, 20)];
        for place in [first, 1 - first] {
            take(&app, "orders/create", documents[place].json()).await;
        }
        assert_eq!((email(&app, one).await, email(&app, other).await), (None, Some(address)), "{first} came first");
        assert_eq!((app.balance(one).await, app.balance(other).await), (Some(100), Some(100)));
        // A customer who is known, and whose address is another's, too.
        let address = format!("other@{one}.example");
        take(&app, "orders/create", order_at(one + 2, one, &address, 30).json()).await;
        take(&app, "orders/create", order_at(one + 3, other, &address, 25).json()).await;
        assert_eq!((email(&app, one).await, email(&app, other).await), (Some(address), None));
    }
    app.finish().await;
}

#[tokio::test]
async fn customers_who_exchange_addresses_in_many_batches_at_once_all_get_their_points() {
    const CUSTOMERS: i64 = 12;
    const ROUNDS: i64 = 5;
    let mut app = TestApp::builder().without_workers().start().await;
    for round in 0..ROUNDS {
        let documents = (0..CUSTOMERS).map(|customer| {
            let address = format!("a{}@example.com", (customer * 5 + round * 7) % CUSTOMERS);
            order_at(round * 100 + customer + 1, 100 + customer, &address, (round * 37 + customer * 11) % 50)
        });
        let sent: Vec<_> = documents.map(|document| app.webhook("orders/create", document.json())).collect();
        join_all(sent.iter().map(tests::Webhook::send)).await;
    }
    app.start_workers().await;
    app.start_workers().await;
    app.settled().await;
    for customer in 100..100 + CUSTOMERS {
        assert_eq!(app.balance(customer).await, Some(100 * ROUNDS), "customer {customer}");
    }
    emails(&app).await;
    app.finish().await;
}

async fn import(app: &TestApp, merchant: &MerchantId, address: &str) -> String {
    let id = app.ids.ulid();
    let nonce = store::crypto::Nonce::new(app.ids.random_bytes());
    let email = Encrypted::<CustomerEmail>::seal(&keys(), nonce, merchant, address);
    let insert = "INSERT INTO customers (merchant_id, customer_id, email, email_index) VALUES ($1, $2, $3, $4)";
    let insert = sqlx::query(insert).bind(merchant.as_str()).bind(&id).bind(email.as_bytes());
    insert.bind(email_index().of(address)).execute(&app.pool).await.unwrap();
    id
}

/// An update joined by `ctid` leaves out a row that another transaction has moved meanwhile: the imported customer was not found
/// to be the same, and a second one was made, without address.
#[tokio::test]
async fn an_imported_customer_whose_row_moves_at_that_moment_is_still_found() {
    let app = TestApp::start().await;
    let merchant = app.shops[0].merchant_id.clone();
    let imported = import(&app, &merchant, "a@example.com").await;
    let mut other = app.pool.begin().await.unwrap();
    let moved = sqlx::query("UPDATE customers SET rfm_segment = 'Champions' WHERE customer_id = $1").bind(&imported);
    moved.execute(&mut *other).await.unwrap();

    app.deliver("orders/create", order_at(1, 100, "A@example.com", 10).json()).await;
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    wait_until("the worker waits for the row", async || app.number(waiting).await > 0).await;
    other.commit().await.unwrap();
    app.settled().await;

    let customers = "SELECT customer_id || ' ' || shopify_customer_id || ' ' || points_balance FROM customers";
    assert_eq!(app.texts(customers).await, [format!("{imported} 100 100")]);
    assert_eq!(email(&app, 100).await.as_deref(), Some("a@example.com"), "the form that was stored first");
    app.finish().await;
}

#[tokio::test]
async fn an_imported_customer_is_not_deprived_of_the_address() {
    let app = TestApp::start().await;
    let merchant = app.shops[0].merchant_id.clone();
    take(&app, "orders/create", order_at(1, 100, "old@example.com", 10).json()).await;
    let imported = import(&app, &merchant, "new@example.com").await;
    take(&app, "orders/create", order_at(2, 100, "new@example.com", 20).json()).await;
    let without =
        "SELECT count(*) FROM customers WHERE shopify_customer_id = 100 AND email IS NULL AND points_balance = 200";
    assert_eq!(app.number(without).await, 1);
    let kept = format!("SELECT count(*) FROM customers WHERE customer_id = '{imported}' AND email IS NOT NULL");
    assert_eq!(app.number(&kept).await, 1);
    app.finish().await;
}
