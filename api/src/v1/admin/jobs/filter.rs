//! The filter of the lists of jobs: query parameters of three operations, the body of a bulk operation, and the test of one job.
//! Shops are resolved to lanes once; conditions that a store can answer are left to it by `search`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use jobs::{JobKind, Lane};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaParamIn, MetaSchema, MetaSchemaRef};
use poem_openapi::types::ParseFromParameter as _;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::Value;

use crate::app::State;
use crate::error::{ApiError, Code};
use crate::openapi::parameters;
use crate::v1::admin::model::jobs::{Job, JobFilter, JobState};

/// Values of one condition.
const VALUES_MAX: usize = 20;
/// Ids of a filter.
const IDS_MAX: usize = 500;
/// Longest value, in bytes.
const VALUE_BYTES_MAX: usize = 300;

/// The filter as query parameters. Dead letters have one state, so that it is no parameter of theirs.
#[derive(Debug)]
pub(crate) struct FilterQuery<const OF_LETTERS: bool = false>(pub(crate) JobFilter);

impl<'a, const OF_LETTERS: bool> ApiExtractor<'a> for FilterQuery<OF_LETTERS> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        let names = [
            "state",
            "paused",
            "kind",
            "not_kind",
            "shop",
            "not_shop",
            "topic",
            "not_topic",
            "class",
            "not_class",
            "id",
            "attempts_min",
            "attempts_max",
            "since",
            "before",
            "field",
            "text",
            "replayed",
        ];
        let of_all = |name: &&str| !(OF_LETTERS && matches!(*name, "state" | "paused"));
        Some(parameters(names.into_iter().filter(of_all).map(|name| (name, MetaSchema::new("string"))).collect()))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let query: Vec<(String, String)> = request.params().unwrap_or_default();
        Ok(Self(of_query(&query)?))
    }
}

fn of_query(query: &[(String, String)]) -> Result<JobFilter, ApiError> {
    let invalid = |name: &str| ApiError::new(Code::InvalidParameter, format!("{name} is not what it must be"));
    let all = |name: &str| {
        let values: Vec<String> =
            query.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect();
        let max = if name == "id" { IDS_MAX } else { VALUES_MAX };
        let bounded = values.len() <= max && values.iter().all(|value| value.len() <= VALUE_BYTES_MAX);
        if bounded { Ok((!values.is_empty()).then_some(values)) } else { Err(invalid(name)) }
    };
    let one = |name: &str| all(name).map(|values| values.and_then(|values| values.into_iter().next()));
    let number = |name: &str| one(name)?.map(|text| text.parse().map_err(|_| invalid(name))).transpose();
    let time = |name: &str| -> Result<Option<DateTime<Utc>>, ApiError> {
        one(name)?.map(|text| text.parse().map_err(|_| invalid(name))).transpose()
    };
    let flag = |name: &str| one(name)?.map(|text| text.parse().map_err(|_| invalid(name))).transpose();
    let state = |text: String| JobState::parse_from_parameter(&text).map_err(|_| invalid("state"));
    let states = all("state")?.map(|texts| texts.into_iter().map(state).collect::<Result<Vec<_>, _>>());
    Ok(JobFilter {
        state: states.transpose()?,
        paused: flag("paused")?,
        kind: all("kind")?,
        not_kind: all("not_kind")?,
        shop: all("shop")?,
        not_shop: all("not_shop")?,
        topic: all("topic")?,
        not_topic: all("not_topic")?,
        class: all("class")?,
        not_class: all("not_class")?,
        id: all("id")?,
        attempts_min: number("attempts_min")?,
        attempts_max: number("attempts_max")?,
        since: time("since")?,
        before: time("before")?,
        field: all("field")?,
        text: one("text")?,
        replayed: flag("replayed")?,
    })
}

/// A filter whose shops are resolved.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    pub(crate) body: JobFilter,
    /// Lanes of the shops that were named; none: any.
    pub(crate) lanes: Option<BTreeSet<Lane>>,
    not_lanes: BTreeSet<Lane>,
    /// The words of `text`, which jobs in Redis are tested for; PostgreSQL has an index of them.
    words: Vec<String>,
}

impl Filter {
    /// Resolves the shops.
    ///
    /// # Errors
    /// 503 when PostgreSQL is unavailable and shops are named.
    pub(crate) async fn resolve(state: &State, body: JobFilter) -> Result<Self, ApiError> {
        let lanes = match &body.shop {
            Some(shops) => Some(lanes_of(state, shops).await?),
            None => None,
        };
        let not_lanes = lanes_of(state, body.not_shop.as_deref().unwrap_or_default()).await?;
        let text = body.text.as_deref().unwrap_or_default().to_lowercase();
        let words = text.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect();
        Ok(Self { body, lanes, not_lanes, words })
    }

    /// The kinds that can match.
    pub(crate) fn kinds(&self) -> Vec<JobKind> {
        let named = |names: &Option<Vec<String>>, kind: JobKind| names.iter().flatten().any(|name| name == kind.name());
        let wanted = |kind: &JobKind| {
            (self.body.kind.is_none() || named(&self.body.kind, *kind)) && !named(&self.body.not_kind, *kind)
        };
        JobKind::ALL.into_iter().filter(wanted).collect()
    }

    /// Whether jobs of that state are wanted.
    pub(crate) fn wants(&self, state: JobState) -> bool {
        self.body.state.as_ref().is_none_or(|states| states.is_empty() || states.contains(&state))
    }

    /// The only lane that can match, if there is one.
    pub(crate) fn only_lane(&self) -> Option<&Lane> {
        self.lanes.as_ref().filter(|lanes| lanes.len() == 1).and_then(|lanes| lanes.first())
    }

    /// Returns whether a job matches. `text_was_tested`: by the index of words.
    pub(crate) fn matches(&self, job: &Job, payload: &str, text_was_tested: bool) -> bool {
        let Self { body, lanes, not_lanes, .. } = self;
        let lane = Lane::parse(&job.lane).ok();
        let lane_fits = lane
            .as_ref()
            .is_some_and(|lane| lanes.as_ref().is_none_or(|lanes| lanes.contains(lane)) && !not_lanes.contains(lane));
        lane_fits
            && fits(&body.kind, &body.not_kind, Some(&job.queue))
            && fits(&body.topic, &body.not_topic, job.topic.as_deref())
            && fits(&body.class, &body.not_class, job.error_class.as_deref())
            && body.id.as_ref().is_none_or(|ids| ids.contains(&job.job_id))
            && body.paused.is_none_or(|paused| paused == job.paused)
            && body.attempts_min.is_none_or(|min| job.attempts >= min)
            && body.attempts_max.is_none_or(|max| job.attempts <= max)
            && body.since.is_none_or(|since| job.at >= since)
            && body.before.is_none_or(|before| job.at < before)
            && body.field.iter().flatten().all(|field| has_field(payload, field))
            && (text_was_tested || self.has_words(job))
    }

    fn has_words(&self, job: &Job) -> bool {
        let error = job.error.as_deref().unwrap_or_default().to_lowercase();
        self.words.iter().all(|word| match word.strip_prefix('-') {
            Some(excluded) => !error.contains(excluded),
            None => error.contains(word.as_str()),
        })
    }
}

fn fits(wanted: &Option<Vec<String>>, unwanted: &Option<Vec<String>>, value: Option<&str>) -> bool {
    let named = |names: &Vec<String>| value.is_some_and(|value| names.iter().any(|name| name == value));
    wanted.as_ref().is_none_or(named) && !unwanted.as_ref().is_some_and(named)
}

/// Whether the payload has a value at a path: `order_id=5`, or `a.b=x`.
fn has_field(payload: &str, field: &str) -> bool {
    let (Some((path, wanted)), Ok(payload)) = (field.split_once('='), serde_json::from_str::<Value>(payload)) else {
        return false;
    };
    let found = path.split('.').try_fold(&payload, |value, part| value.get(part));
    let text = found.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    text.is_some_and(|text| text == wanted)
}

async fn lanes_of(state: &State, shops: &[String]) -> Result<BTreeSet<Lane>, ApiError> {
    let mut lanes = BTreeSet::new();
    for shop in shops.iter().take(VALUES_MAX) {
        let domain = if shop.contains('.') { shop.clone() } else { format!("{shop}.myshopify.com") };
        let Some(domain) = shopify::headers::shop_domain(&domain) else { continue };
        if let Some(merchant) = state.merchants.merchant(&domain).await? {
            lanes.insert(Lane::of(&merchant));
        }
    }
    Ok(lanes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_the_payload_is_found_by_its_path_whatever_its_type() {
        let payload = r#"{"order_id":820982911946154508,"a":{"b":"x"}}"#;
        assert!(has_field(payload, "order_id=820982911946154508") && has_field(payload, "a.b=x"));
        assert!(!has_field(payload, "order_id=820982911946154509") && !has_field(payload, "b=x"));
        assert!(!has_field(payload, "a") && !has_field("no json", "a=b"));
    }

    #[test]
    fn parameters_are_bounded_and_of_their_types() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let query =
            [pair("state", "dead"), pair("state", "waiting"), pair("attempts_min", "2"), pair("paused", "true")];
        let filter = of_query(&query).unwrap();
        assert_eq!(filter.state, Some(vec![JobState::Dead, JobState::Waiting]));
        assert_eq!((filter.attempts_min, filter.paused, filter.kind), (Some(2), Some(true), None));
        for bad in
            [pair("state", "lost"), pair("attempts_min", "-1"), pair("since", "today"), pair("text", &"x".repeat(301))]
        {
            assert_eq!(of_query(std::slice::from_ref(&bad)).unwrap_err().code, Code::InvalidParameter, "{bad:?}");
        }
        assert!(of_query(&vec![pair("kind", "a"); 21]).is_err());
    }
}
