//! The queue monitor's API against real stores: who may do what, what is shown, what an action does in Redis and in PostgreSQL,
//! and that the audit log says who did it.

use std::time::Duration;

use jobs::{JobKind, Lane};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::settings::{ADMIN_TOKEN, OPERATOR_TOKEN, VIEWER_TOKEN};
use tests::{Answer, TestApp, wait_until};

use crate::support::order;

const SESSION: &str = "/v1/api/admin/session";

/// Somebody who is signed in.
struct Person {
    cookie: String,
    csrf: String,
}

impl Person {
    async fn sign_in(app: &TestApp, token: &str) -> Self {
        let body = json!({ "kind": "token", "token": token });
        let answer = send(app.http.post(format!("{}{SESSION}", app.base)).json(&body)).await.ok();
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/v1/api"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let csrf = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        Self { cookie: cookie.split(';').next().unwrap().to_owned(), csrf }
    }

    async fn get(&self, app: &TestApp, path: &str) -> Answer {
        send(self.request(app, Method::GET, path)).await
    }

    async fn change(&self, app: &TestApp, method: Method, path: &str, body: Value) -> Answer {
        send(self.request(app, method, path).header("x-csrf-token", &self.csrf).json(&body)).await
    }

    fn request(&self, app: &TestApp, method: Method, path: &str) -> RequestBuilder {
        app.http.request(method, format!("{}{path}", app.base)).header("cookie", &self.cookie)
    }
}

async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_session_is_a_cookie_that_ends_when_its_user_says_so_and_changes_need_its_token() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    assert_eq!(app.get(SESSION, "").await.status, 401);
    let wrong = app.http.post(format!("{}{SESSION}", app.base)).json(&json!({ "kind": "token", "token": "wrong" }));
    assert_eq!(send(wrong).await.status, 401);
    let admin = Person::sign_in(&app, ADMIN_TOKEN).await;
    let session = admin.get(&app, SESSION).await.ok().json();
    assert_eq!(session["role"], "admin");
    assert_eq!(session["rights"], json!(["queues:view", "queues:operate", "queues:admin", "payload:read"]));

    let pause = json!({ "if_revision": "", "paused": true });
    let path = "/v1/api/admin/queues/award-points/settings";
    let without_token = send(admin.request(&app, Method::PATCH, path).json(&pause)).await;
    assert_eq!((without_token.status, without_token.code().as_str()), (403, "csrf_refused"));
    let elsewhere = admin.request(&app, Method::PATCH, path).header("x-csrf-token", &admin.csrf).json(&pause);
    assert_eq!(send(elsewhere.header("origin", "https://evil.example")).await.status, 403);

    let before = admin.cookie.clone();
    admin.change(&app, Method::DELETE, SESSION, json!({})).await.ok();
    let kept = Person { cookie: before, csrf: admin.csrf };
    assert_eq!(kept.get(&app, SESSION).await.status, 401, "the cookie that was kept is worth nothing");
    let actions =
        app.texts("SELECT action || ' ' || actor_name || ' ' || outcome FROM ops_audit ORDER BY audit_id").await;
    assert_eq!(actions, ["sign_in_refused unknown refused", "sign_in admin done", "sign_out admin done"]);
    app.finish().await;
}

#[tokio::test]
async fn each_role_may_do_what_is_its_own_and_payloads_are_a_right_apart() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    app.deliver("orders/create", order(1, 1_000).json()).await;
    let queue = app.queues.queue(JobKind::AwardPoints);
    wait_until("the job waits", async || queue.counts().await.unwrap().waiting == 1).await;
    let [viewer, operator, admin] = [
        Person::sign_in(&app, VIEWER_TOKEN).await,
        Person::sign_in(&app, OPERATOR_TOKEN).await,
        Person::sign_in(&app, ADMIN_TOKEN).await,
    ];
    let settings = "/v1/api/admin/queues/award-points/settings";
    let revision =
        viewer.get(&app, "/v1/api/admin/queues/award-points").await.ok().json()["settings"]["revision"].clone();
    let pause = json!({ "if_revision": revision, "paused": true });
    let refused = viewer.change(&app, Method::PATCH, settings, pause.clone()).await;
    assert_eq!((refused.status, refused.json()["error"]["right"].clone()), (403, json!("queues:operate")));
    let cap = json!({ "if_revision": revision, "cap": 3 });
    assert_eq!(operator.change(&app, Method::PATCH, settings, cap.clone()).await.status, 403);
    assert!(!queue.settings().await.unwrap().paused);
    admin.change(&app, Method::PATCH, settings, cap).await.ok();
    assert_eq!(queue.settings().await.unwrap().cap, Some(3));
    let late = operator.change(&app, Method::PATCH, settings, pause).await;
    assert_eq!((late.status, late.code().as_str()), (409, "changed"), "somebody else has changed the settings");

    let job = viewer.get(&app, "/v1/api/admin/jobs?state=waiting").await.ok().json()["jobs"][0].clone();
    let path = format!(
        "/v1/api/admin/jobs/award-points/{}/{}",
        job["lane"].as_str().unwrap(),
        job["job_id"].as_str().unwrap()
    );
    for (person, visibility) in [(&viewer, "hidden"), (&operator, "hidden"), (&admin, "full")] {
        let payload = person.get(&app, &path).await.ok().json()["payload"].clone();
        assert_eq!(
            (payload["visibility"].as_str(), payload["json"].is_string()),
            (Some(visibility), visibility == "full")
        );
    }
    // What waits is no longer wanted: the test ends without work.
    let delete = json!({ "action": "delete", "expected_state": "waiting", "reason": "a test" });
    operator.change(&app, Method::POST, &format!("{path}/actions"), delete).await.ok();
    assert_eq!(app.jobs().await, 0);
    assert_eq!(app.number("SELECT count(*) FROM api_logs WHERE status = 'failed'").await, 1);
    let who = app.texts("SELECT actor_name || ' ' || reason FROM ops_audit WHERE action = 'job_delete'").await;
    assert_eq!(who, ["operator a test"]);
    app.finish().await;
}

#[tokio::test]
async fn a_paused_lane_queues_up_and_drains_when_it_is_resumed() {
    let app = TestApp::start().await;
    let admin = Person::sign_in(&app, OPERATOR_TOKEN).await;
    let lane = Lane::of(&app.shops[0].merchant_id);
    let lanes = "/v1/api/admin/queues/award-points/lanes";
    let revision = async || admin.get(&app, lanes).await.ok().json()["revision"].clone();
    let set = async |paused: bool| {
        let body = json!({ "if_revision": revision().await, "paused": paused, "reason": "a test" });
        admin.change(&app, Method::PATCH, &format!("{lanes}/{lane}"), body).await.ok();
    };
    set(true).await;
    for number in 1..=3 {
        app.deliver("orders/create", order(number, 1_000).json()).await;
    }
    let queue = app.queues.queue(JobKind::AwardPoints);
    wait_until("the jobs wait", async || queue.counts().await.unwrap().waiting == 3).await;
    let shown = admin.get(&app, lanes).await.ok().json()["lanes"][0].clone();
    assert_eq!((shown["waiting"].as_u64(), shown["settings"]["paused"].as_bool()), (Some(3), Some(true)));
    assert_eq!(shown["shop"], app.shops[0].domain.as_str());
    set(false).await;
    app.settled().await;
    let audit = admin.get(&app, "/v1/api/admin/audit?action=lane_pause&action=lane_resume").await.ok().json();
    let actions: Vec<_> = audit["entries"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["lane_resume", "lane_pause"], "newest first");
    assert_eq!(audit["entries"][0]["actor"]["name"], "operator");
    app.finish().await;
}

#[tokio::test]
async fn dead_jobs_are_found_by_filter_and_replayed_in_bulk_with_count_progress_and_audit() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    let [one, two] = [&app.shops[0], &app.shops[1]].map(|shop| shop.merchant_id.to_string());
    // 1,200 dead jobs of two shops and three classes of errors.
    let dead = format!(
        "INSERT INTO dead_letters (merchant_id, job_id, queue, payload, attempts, reason, enqueued_at, died_at, version, error_class)
         SELECT CASE WHEN n % 2 = 0 THEN '{one}' ELSE '{two}' END, '01JD8Q3VN7Z9M0A2B4C6' || lpad(n::text, 6, '0'), 'maintenance',
                '{{\"task\":\"trim-cron-ticks\",\"tick\":\"2026-11-23T02:17:00Z\"}}'::jsonb, 5, 'error number ' || n, now(), now() - n * interval '1 second', 1,
                (ARRAY['timeout', 'shape', 'refused'])[n % 3 + 1]
         FROM generate_series(1, 1200) n"
    );
    assert_eq!(app.execute(&dead).await, 1_200);
    let operator = Person::sign_in(&app, OPERATOR_TOKEN).await;
    let filter = format!("state=dead&class=timeout&shop={}", app.shops[0].domain);
    let found = operator.get(&app, &format!("/v1/api/admin/jobs?{filter}&limit=500")).await.ok().json();
    assert_eq!(found["jobs"].as_array().unwrap().len(), 200);
    assert!(found["jobs"].as_array().unwrap().iter().all(|job| job["error_class"] == "timeout"));
    let facets = operator.get(&app, "/v1/api/admin/jobs/facets?state=dead").await.ok().json();
    let counts: Vec<_> = facets["errors"].as_array().unwrap().iter().map(|group| group["count"].as_u64()).collect();
    assert_eq!(counts, [Some(400); 3]);

    let plan = json!({ "action": "delete", "jobs": { "class": ["timeout"], "shop": [app.shops[0].domain] } });
    let viewer = Person::sign_in(&app, VIEWER_TOKEN).await;
    assert_eq!(viewer.change(&app, Method::POST, "/v1/api/admin/bulk", plan.clone()).await.status, 403);
    let planned = operator.change(&app, Method::POST, "/v1/api/admin/bulk", plan).await.ok().json();
    let path = format!("/v1/api/admin/bulk/{}", planned["bulk"]["bulk_id"].as_str().unwrap());
    let is = async |state: &str| operator.get(&app, &path).await.ok().json()["bulk"]["progress"]["state"] == state;
    wait_until("it is counted", async || is("planned").await).await;
    let counted = operator.get(&app, &path).await.ok().json()["bulk"].clone();
    assert_eq!(
        (counted["progress"]["matched"].as_u64(), counted["sample"].as_array().map(Vec::len)),
        (Some(200), Some(10))
    );
    assert_eq!(app.number("SELECT count(*) FROM dead_letters").await, 1_200, "nothing is done before it is confirmed");
    let confirm = format!("{path}/confirm");
    assert_eq!(operator.change(&app, Method::POST, &confirm, json!({ "matched": 199 })).await.status, 409);
    operator.change(&app, Method::POST, &confirm, json!({ "matched": 200, "reason": "a test" })).await.ok();
    wait_until("it is done", async || is("done").await).await;
    let done = operator.get(&app, &path).await.ok().json()["bulk"]["progress"].clone();
    assert_eq!((done["changed"].as_u64(), done["failed"].as_u64()), (Some(200), Some(0)));
    assert_eq!(app.number("SELECT count(*) FROM dead_letters").await, 1_000);
    assert_eq!(app.number("SELECT count(*) FROM dead_letters WHERE error_class = 'timeout'").await, 200);

    let id = planned["bulk"]["bulk_id"].as_str().unwrap();
    wait_until("its end is audited", async || {
        app.number("SELECT count(*) FROM ops_audit WHERE action = 'bulk_done'").await == 1
    })
    .await;
    let audit = operator.get(&app, &format!("/v1/api/admin/audit?bulk_id={id}")).await.ok().json();
    let entries = audit["entries"].as_array().unwrap();
    let said: Vec<_> =
        entries.iter().map(|entry| (entry["action"].as_str().unwrap(), entry["count"].as_u64())).collect();
    assert_eq!(said, [("bulk_done", Some(200)), ("bulk_confirm", Some(200)), ("bulk_plan", None)]);
    assert_eq!(entries[1]["jobs"]["class"], json!(["timeout"]));
    app.execute("DELETE FROM dead_letters").await;
    app.finish().await;
}

#[tokio::test]
async fn replaying_in_bulk_puts_dead_jobs_into_redis_and_marks_their_letters() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    let merchant = app.shops[0].merchant_id.to_string();
    let dead = format!(
        "INSERT INTO dead_letters (merchant_id, job_id, queue, payload, attempts, reason, enqueued_at, died_at, version, error_class)
         SELECT '{merchant}', '01JD8Q3VN7Z9M0A2B4C6' || lpad(n::text, 6, '0'), 'maintenance', '{{\"task\":\"trim-cron-ticks\",\"tick\":\"2026-11-23T02:17:00Z\"}}'::jsonb, 5,
                'x', now(), now() - n * interval '1 second', 1, 'timeout' FROM generate_series(1, 700) n"
    );
    app.execute(&dead).await;
    let operator = Person::sign_in(&app, OPERATOR_TOKEN).await;
    let plan = json!({ "action": "retry", "jobs": { "class": ["timeout"] } });
    let planned = operator.change(&app, Method::POST, "/v1/api/admin/bulk", plan).await.ok().json();
    let path = format!("/v1/api/admin/bulk/{}", planned["bulk"]["bulk_id"].as_str().unwrap());
    let is = async |state: &str| operator.get(&app, &path).await.ok().json()["bulk"]["progress"]["state"] == state;
    wait_until("it is counted", async || is("planned").await).await;
    operator.change(&app, Method::POST, &format!("{path}/confirm"), json!({ "matched": 700 })).await.ok();
    wait_until("it is done", async || is("done").await).await;
    let queue = app.queues.queue(JobKind::Maintenance);
    assert_eq!(queue.counts().await.unwrap().waiting, 700);
    assert_eq!(app.number("SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL").await, 0);
    app.execute("DELETE FROM dead_letters").await;
    app.finish().await;
}

#[tokio::test]
async fn the_first_page_is_answered_whole_and_the_pages_are_served_under_a_strict_policy() {
    let app = TestApp::start().await;
    let viewer = Person::sign_in(&app, VIEWER_TOKEN).await;
    wait_until("the worker is seen", async || {
        let overview = viewer.get(&app, "/v1/api/admin/overview").await.ok().json();
        overview["snapshot"]["totals"]["workers"].as_u64() >= Some(1)
    })
    .await;
    let overview = viewer.get(&app, "/v1/api/admin/overview").await.ok().json();
    assert_eq!(overview["snapshot"]["redis"]["state"], "ok");
    assert_eq!(overview["snapshot"]["queues"].as_array().unwrap().len(), JobKind::ALL.len());
    let paths = [
        "queues",
        "queues/award-points",
        "workers",
        "schedules",
        "jobs",
        "jobs/facets",
        "dead-letters",
        "audit",
        "bulk",
    ];
    for path in paths {
        viewer.get(&app, &format!("/v1/api/admin/{path}")).await.ok();
    }
    for path in ["/ops", "/ops/", "/ops/queues/award-points"] {
        let page = send(app.http.get(format!("{}{path}", app.base))).await;
        assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"), "{path}");
        assert!(page.text.contains("<title>LoyalNest ops</title>"), "{path}: {}", page.text);
    }
    tokio::time::timeout(Duration::from_secs(60), app.finish()).await.unwrap();
}
