//! Schedules where clocks are changed, and where nothing is: what the module's head promises.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The ticks in (from, until], in UTC.
fn ticks(expression: &str, zone: &str, from: &str, until: &str) -> Vec<String> {
    let schedule = Schedule::parse(expression, zone).unwrap();
    let (mut cursor, until) = (at(from), at(until));
    let mut ticks = Vec::new();
    while let Some(next) = schedule.next_after(cursor).filter(|next| *next <= until) {
        ticks.push(next.format("%dT%H:%M:%S").to_string());
        cursor = next;
    }
    ticks
}

#[test]
fn fields_and_zones_are_read() {
    let day = |expression, zone| ticks(expression, zone, "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z");
    assert_eq!(day("30 2 * * *", "UTC"), ["01T02:30:00"]);
    assert_eq!(day("30 2 * * *", "Europe/Berlin"), ["01T00:30:00"]);
    assert_eq!(day("30 2 * * *", "Asia/Kolkata"), ["01T21:00:00"]);
    assert_eq!(day("15 0 2,10 * * *", "UTC"), ["01T02:00:15", "01T10:00:15"]);
    assert_eq!(day("0 12 * * MON", "UTC"), [""; 0]); // a Wednesday
    assert_eq!(day("0 0 1 * *", "America/New_York"), ["01T04:00:00"]);
}

#[test]
fn a_fraction_of_a_second_changes_nothing() {
    let schedule = Schedule::parse("* * * * * *", "UTC").unwrap();
    for after in ["2026-07-01T00:00:00Z", "2026-07-01T00:00:00.001Z", "2026-07-01T00:00:00.999Z"] {
        assert_eq!(schedule.next_after(at(after)), Some(at("2026-07-01T00:00:01Z")), "{after}");
    }
}

#[test]
fn a_fixed_time_in_the_gap_of_spring_comes_once_right_after_it() {
    // Berlin: 01:59:59+01 is followed by 03:00:00+02 on 2026-03-29, 01:00 UTC.
    let spring = |expression| ticks(expression, "Europe/Berlin", "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z");
    assert_eq!(spring("30 2 * * *"), ["28T01:30:00", "29T01:00:00", "30T00:30:00"]);
    // Several times a day are not one fixed time.
    assert_eq!(spring("30 2,4 * * *"), ["28T01:30:00", "28T03:30:00", "29T02:30:00", "30T00:30:00", "30T02:30:00"]);
}

#[test]
fn a_fixed_time_in_the_overlap_of_autumn_comes_once_at_the_first() {
    // Berlin: 02:59:59+02 is followed by 02:00:00+01 on 2026-10-25, 01:00 UTC.
    let autumn = |expression| ticks(expression, "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-26T22:00:00Z");
    assert_eq!(autumn("30 2 * * *"), ["25T00:30:00", "26T01:30:00"]);
    assert_eq!(autumn("0 2 * * *"), ["25T00:00:00", "26T01:00:00"]);
    assert_eq!(autumn("0 3 * * *"), ["25T02:00:00", "26T02:00:00"]);
}

#[test]
fn intervals_follow_the_clock_on_the_wall() {
    let berlin = |from, until| ticks("*/30 * * * *", "Europe/Berlin", from, until);
    let spring = berlin("2026-03-29T00:15:00Z", "2026-03-29T02:15:00Z");
    assert_eq!(spring, ["29T00:30:00", "29T01:00:00", "29T01:30:00", "29T02:00:00"]);
    let autumn = berlin("2026-10-24T23:45:00Z", "2026-10-25T02:15:00Z");
    assert_eq!(autumn, ["25T00:00:00", "25T00:30:00", "25T01:00:00", "25T01:30:00", "25T02:00:00"]);
}

#[test]
fn a_zone_whose_clocks_move_by_half_an_hour() {
    // Lord Howe: on 2026-10-04, 02:00+10:30 becomes 02:30+11 (15:30 UTC the day before).
    let spring = ticks("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T16:00:00Z", "2026-10-04T16:00:00Z");
    assert_eq!(spring, ["03T15:30:00", "04T15:15:00"]);
}

#[test]
fn the_rules_that_came_into_force_in_2026_are_known() {
    // Each zone keeps its offset, where it used to change by an hour: Alberta and British Columbia on 2026-11-01, Morocco on
    // 2026-09-20 and at the end of Ramadan 2027 (2027-03-14).
    let noon = |zone, from: &str, until: &str| {
        ticks("0 12 * * *", zone, &format!("{from}T00:00:00Z"), &format!("{until}T00:00:00Z"))
    };
    assert_eq!(noon("America/Edmonton", "2026-10-31", "2026-11-03"), ["31T18:00:00", "01T18:00:00", "02T18:00:00"]);
    assert_eq!(noon("America/Vancouver", "2026-10-31", "2026-11-03"), ["31T19:00:00", "01T19:00:00", "02T19:00:00"]);
    assert_eq!(noon("Africa/Casablanca", "2026-09-19", "2026-09-22"), ["19T11:00:00", "20T12:00:00", "21T12:00:00"]);
    assert_eq!(noon("Africa/Casablanca", "2027-03-14", "2027-03-16"), ["14T12:00:00", "15T12:00:00"]);
}

#[test]
fn a_zone_is_named_as_the_database_spells_it() {
    let zone = |name| Schedule::parse("0 0 * * *", name).unwrap().zone().to_owned();
    assert_eq!(["Europe/Berlin", "europe/berlin", "utc"].map(zone), ["Europe/Berlin", "Europe/Berlin", "UTC"]);
}

#[test]
fn what_cannot_be_read_says_why() {
    let why = |expression: &str, zone: &str| Schedule::parse(expression, zone).unwrap_err().to_string();
    assert!(why("every day", "UTC").contains("`every day` is not a schedule"));
    assert!(why("61 * * * *", "UTC").contains("`61 * * * *` is not a schedule"));
    assert!(why("0 0 * * * * 2027", "UTC").contains("is not a schedule"));
    assert!(why(&"1,".repeat(200), "UTC").contains("longer than"));
    assert!(why("0 0 * * *", "Berlin").contains("`Berlin` is not a time zone"));
    assert!(why("0 0 * * *", "").contains("is not a time zone"));
    assert!(why("0 0 * * *", "Etc/Unknown").contains("is not a time zone"));
    assert!(why("0 0 30 2 *", "UTC").contains("never comes"));
}

#[test]
fn a_leap_day_comes_every_four_years() {
    let found = Schedule::parse("0 0 29 2 *", "UTC").unwrap().next_after(at("2024-03-01T00:00:00Z"));
    assert_eq!(found, Some(at("2028-02-29T00:00:00Z")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Schedulers that look at different moments see the same ticks: between two ticks there is no other, from
    /// wherever one looks, also across changes of clocks.
    #[test]
    fn ticks_do_not_depend_on_when_one_looks(
        expression in prop::sample::select(vec![
            "30 2 * * *", "0 2,3 * * *", "*/20 * * * *", "15 */2 * * *", "0 0 * * *", "10,50 1-3 * * SUN", "7 7 7 * * *",
        ]),
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]),
        start in 1_767_225_600_i64..1_798_761_600, // the year 2026
        offset in 0_i64..200_000,
    ) {
        let schedule = Schedule::parse(expression, zone).unwrap();
        let start = DateTime::from_timestamp(start, 0).unwrap();
        let look = start + TimeDelta::seconds(offset);
        let mut tick = schedule.next_after(start).unwrap();
        while tick <= look {
            let next = schedule.next_after(tick).unwrap();
            prop_assert!(next > tick);
            tick = next;
        }
        prop_assert_eq!(schedule.next_after(look), Some(tick));
    }
}
