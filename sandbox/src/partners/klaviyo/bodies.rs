//! The bodies of the calls that Klaviyo takes from us: every member it knows, and which it requires.

use crate::shape::Shape::{self, Any, Flag, List, Moment, Number, Object, Open, Text, Word};
use crate::shape::{nullable, optional, required};

/// Events of one bulk request.
pub(super) const BULK_EVENTS_MAX: usize = 1_000;
/// Profiles of one bulk request.
const BULK_PROFILES_MAX: usize = 10_000;
/// Profiles of one subscription request.
const BULK_SUBSCRIPTIONS_MAX: usize = 1_000;

/// `POST /api/events`.
pub(super) const EVENT: Shape = Object(&[required("data", EVENT_RESOURCE)]);

const EVENT_RESOURCE: Shape = Object(&[
    required("type", Word("event")),
    required(
        "attributes",
        Object(&[
            required("properties", Open),
            nullable("time", Moment),
            nullable("value", Number),
            nullable("value_currency", Text),
            nullable("unique_id", Text),
            nullable("backfill", Flag),
            required("metric", METRIC),
            required("profile", Object(&[required("data", EVENT_PROFILE)])),
        ]),
    ),
]);

const METRIC: Shape = Object(&[required(
    "data",
    Object(&[
        required("type", Word("metric")),
        required("attributes", Object(&[required("name", Text), nullable("service", Text)])),
    ]),
)]);

const EVENT_PROFILE: Shape = Object(&[
    required("type", Word("profile")),
    nullable("id", Text),
    required(
        "attributes",
        Object(&[
            nullable("email", Text),
            nullable("phone_number", Text),
            nullable("external_id", Text),
            nullable("anonymous_id", Text),
            nullable("_kx", Text),
            nullable("first_name", Text),
            nullable("last_name", Text),
            nullable("organization", Text),
            nullable("locale", Text),
            nullable("title", Text),
            nullable("image", Text),
            nullable("location", LOCATION),
            nullable("properties", Open),
            nullable("meta", Open),
        ]),
    ),
    nullable("meta", Open),
]);

const LOCATION: Shape = Object(&[
    nullable("address1", Text),
    nullable("address2", Text),
    nullable("city", Text),
    nullable("country", Text),
    nullable("latitude", Any),
    nullable("longitude", Any),
    nullable("region", Text),
    nullable("zip", Text),
    nullable("timezone", Text),
    nullable("ip", Text),
]);

/// `POST /api/event-bulk-create-jobs`.
pub(super) const BULK_EVENTS: Shape = Object(&[required(
    "data",
    Object(&[
        required("type", Word("event-bulk-create-job")),
        required(
            "attributes",
            Object(&[required("events-bulk-create", Object(&[required("data", List(&BULK_EVENT, BULK_EVENTS_MAX))]))]),
        ),
    ]),
)]);

const BULK_EVENT: Shape = Object(&[
    required("type", Word("event-bulk-create")),
    required(
        "attributes",
        Object(&[
            nullable("backfill", Flag),
            required("profile", Object(&[required("data", EVENT_PROFILE)])),
            required("events", Object(&[required("data", List(&BULK_EVENT_ENTRY, BULK_EVENTS_MAX))])),
        ]),
    ),
]);

const BULK_EVENT_ENTRY: Shape = Object(&[
    required("type", Word("event")),
    required(
        "attributes",
        Object(&[
            required("properties", Open),
            nullable("time", Moment),
            nullable("value", Number),
            nullable("value_currency", Text),
            nullable("unique_id", Text),
            nullable("backfill", Flag),
            required("metric", METRIC),
        ]),
    ),
]);

/// `POST /api/profile-import`.
pub(super) const PROFILE: Shape = Object(&[required("data", PROFILE_RESOURCE)]);

const PROFILE_RESOURCE: Shape = Object(&[
    required("type", Word("profile")),
    nullable("id", Text),
    required(
        "attributes",
        Object(&[
            nullable("email", Text),
            nullable("phone_number", Text),
            nullable("external_id", Text),
            nullable("_kx", Text),
            nullable("first_name", Text),
            nullable("last_name", Text),
            nullable("organization", Text),
            nullable("locale", Text),
            nullable("title", Text),
            nullable("image", Text),
            nullable("location", LOCATION),
            nullable("properties", Open),
        ]),
    ),
    optional("meta", Open),
]);

/// `POST /api/profile-bulk-import-jobs`.
pub(super) const BULK_PROFILES: Shape = Object(&[required(
    "data",
    Object(&[
        required("type", Word("profile-bulk-import-job")),
        required(
            "attributes",
            Object(&[required("profiles", Object(&[required("data", List(&PROFILE_RESOURCE, BULK_PROFILES_MAX))]))]),
        ),
        optional("relationships", Open),
    ]),
)]);

/// `POST /api/profile-subscription-bulk-create-jobs`.
pub(super) const SUBSCRIPTIONS: Shape = Object(&[required(
    "data",
    Object(&[
        required("type", Word("profile-subscription-bulk-create-job")),
        required(
            "attributes",
            Object(&[
                nullable("custom_source", Text),
                required("profiles", Object(&[required("data", List(&SUBSCRIBER, BULK_SUBSCRIPTIONS_MAX))])),
                nullable("historical_import", Flag),
            ]),
        ),
        optional("relationships", Open),
    ]),
)]);

const SUBSCRIBER: Shape = Object(&[
    required("type", Word("profile")),
    nullable("id", Text),
    required(
        "attributes",
        Object(&[
            nullable("email", Text),
            nullable("phone_number", Text),
            required("subscriptions", Open),
            nullable("age_gated_date_of_birth", Text),
        ]),
    ),
]);

/// `POST /api/data-privacy-deletion-jobs`.
pub(super) const DELETION: Shape = Object(&[required(
    "data",
    Object(&[
        required("type", Word("data-privacy-deletion-job")),
        required("attributes", Object(&[required("profile", Object(&[required("data", DELETED_PROFILE)]))])),
    ]),
)]);

const DELETED_PROFILE: Shape = Object(&[
    required("type", Word("profile")),
    nullable("id", Text),
    required("attributes", Object(&[nullable("email", Text), nullable("phone_number", Text)])),
]);
