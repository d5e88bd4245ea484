//! A circuit breaker as a pure state machine: closed until too large a share of calls fails, then open for a while, then
//! half open, when one call at a time tries. Refuses clocks: every function takes `now`.

use std::time::Duration;

use tokio::time::Instant;

/// When a circuit opens, and for how long it stays open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CircuitPolicy {
    /// Failures within one to two of these spans are counted together.
    pub window: Duration,
    /// It opens when at least so many calls failed within the window,
    pub failures_min: u32,
    /// and they are at least that share of the calls, in percent.
    pub failures_percent: u32,
    /// How long it stays open at first. The time doubles whenever the trial after it fails,
    pub open_base: Duration,
    /// up to this.
    pub open_max: Duration,
}

/// What a circuit does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CircuitState {
    /// Admits all calls.
    Closed,
    /// Admits one call at a time, to see whether the partner works again.
    HalfOpen,
    /// Admits no call.
    Open,
}

impl CircuitState {
    /// Returns the name for labels and lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}

/// A call that was admitted. Its result is reported to the circuit under this ticket; one from before the last change of
/// state says nothing about the state since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

#[derive(Debug)]
enum State {
    Closed,
    Open { until: Instant },
    HalfOpen { trying: bool },
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    calls: u32,
    failures: u32,
}

/// The circuit of one credential of one partner.
#[derive(Debug)]
pub(crate) struct Circuit {
    state: State,
    /// Changes of state so far.
    changes: u64,
    /// When it came into its state.
    pub(crate) since: Instant,
    /// How often in a row it opened.
    opened: u32,
    /// The running span of the window, when it began, and the span before.
    current: Tally,
    current_since: Instant,
    previous: Tally,
}

impl Circuit {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            state: State::Closed,
            changes: 0,
            since: now,
            opened: 0,
            current: Tally::default(),
            current_since: now,
            previous: Tally::default(),
        }
    }

    /// Admits a call; or refuses it, with the time after which to ask again (`None`: as soon as the trial under way ends).
    pub(crate) fn admit(&mut self, now: Instant) -> Result<Ticket, Option<Duration>> {
        if let State::Open { until } = self.state {
            if now < until {
                return Err(Some(until - now));
            }
            self.change(State::HalfOpen { trying: false }, now);
        }
        if let State::HalfOpen { trying } = &mut self.state {
            if *trying {
                return Err(None);
            }
            *trying = true;
        }
        Ok(Ticket(self.changes))
    }

    /// Takes note that the call was not made after all.
    pub(crate) fn give_back(&mut self, ticket: Ticket) {
        if let (State::HalfOpen { trying }, true) = (&mut self.state, ticket.0 == self.changes) {
            *trying = false;
        }
    }

    /// Takes note that the partner did its work.
    pub(crate) fn succeeded(&mut self, ticket: Ticket, now: Instant, policy: &CircuitPolicy) {
        if ticket.0 != self.changes {
            return;
        }
        self.count(now, policy, false);
        if matches!(self.state, State::HalfOpen { .. }) {
            (self.current, self.previous) = (Tally::default(), Tally::default());
            self.opened = 0;
            self.change(State::Closed, now);
        }
    }

    /// Takes note that the partner failed, or did not answer.
    pub(crate) fn failed(&mut self, ticket: Ticket, now: Instant, policy: &CircuitPolicy) {
        if ticket.0 != self.changes {
            return;
        }
        self.count(now, policy, true);
        let Tally { calls, failures } = self.tally(now, policy);
        let too_many = failures >= policy.failures_min
            && u64::from(failures) * 100 >= u64::from(calls) * u64::from(policy.failures_percent);
        if too_many || matches!(self.state, State::HalfOpen { .. }) {
            let open = policy.open_base.saturating_mul(1 << self.opened.min(16)).min(policy.open_max);
            self.opened = self.opened.saturating_add(1);
            self.change(State::Open { until: now + open }, now);
        }
    }

    /// Returns what it would do with a call now; an open circuit whose time is over is half open.
    pub(crate) fn state(&self, now: Instant) -> CircuitState {
        match self.state {
            State::Closed => CircuitState::Closed,
            State::Open { until } if now < until => CircuitState::Open,
            State::Open { .. } | State::HalfOpen { .. } => CircuitState::HalfOpen,
        }
    }

    /// Returns how long it stays open.
    pub(crate) fn opens_in(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Open { until } => Some(until.saturating_duration_since(now)),
            State::Closed | State::HalfOpen { .. } => None,
        }
    }

    /// Returns the number of failures in the window.
    pub(crate) fn failures(&self, now: Instant, policy: &CircuitPolicy) -> u32 {
        self.tally(now, policy).failures
    }

    /// Returns how often the state has changed, so that whoever holds the circuit sees whether a call changed it.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    fn change(&mut self, state: State, now: Instant) {
        self.state = state;
        self.since = now;
        self.changes += 1;
    }

    fn count(&mut self, now: Instant, policy: &CircuitPolicy, failed: bool) {
        let span = now.saturating_duration_since(self.current_since);
        if span >= policy.window {
            let follows = span < policy.window * 2;
            self.previous = if follows { self.current } else { Tally::default() };
            self.current = Tally::default();
            self.current_since = if follows { self.current_since + policy.window } else { now };
        }
        self.current.calls += 1;
        self.current.failures += u32::from(failed);
    }

    fn tally(&self, now: Instant, policy: &CircuitPolicy) -> Tally {
        let span = now.saturating_duration_since(self.current_since);
        if span >= policy.window * 2 {
            return Tally::default();
        }
        let previous = if span < policy.window { self.previous } else { Tally::default() };
        Tally { calls: self.current.calls + previous.calls, failures: self.current.failures + previous.failures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: CircuitPolicy = CircuitPolicy {
        window: Duration::from_secs(10),
        failures_min: 4,
        failures_percent: 50,
        open_base: Duration::from_secs(5),
        open_max: Duration::from_secs(15),
    };
    const SECOND: Duration = Duration::from_secs(1);

    struct Check {
        circuit: Circuit,
        now: Instant,
    }

    impl Check {
        #[allow(clippy::disallowed_methods, reason = "a starting point; time passes by hand")]
        fn new() -> Self {
            let now = Instant::now();
            Self { circuit: Circuit::new(now), now }
        }

        fn call(&mut self, succeeds: bool) -> CircuitState {
            let ticket = self.circuit.admit(self.now).expect("it admits the call");
            self.end(ticket, succeeds)
        }

        fn end(&mut self, ticket: Ticket, succeeds: bool) -> CircuitState {
            match succeeds {
                true => self.circuit.succeeded(ticket, self.now, &POLICY),
                false => self.circuit.failed(ticket, self.now, &POLICY),
            }
            self.circuit.state(self.now)
        }
    }

    #[test]
    fn it_opens_at_enough_failures_that_are_enough_of_the_calls() {
        let mut check = Check::new();
        for _ in 0..3 {
            assert_eq!(check.call(false), CircuitState::Closed, "too few to say anything");
        }
        for _ in 0..6 {
            check.call(true);
        }
        assert_eq!(check.call(false), CircuitState::Closed, "4 of 10");
        assert_eq!(check.call(false), CircuitState::Closed, "5 of 11");
        assert_eq!(check.call(false), CircuitState::Open, "6 of 12");
        assert_eq!(check.circuit.admit(check.now), Err(Some(SECOND * 5)));
    }

    #[test]
    fn old_failures_do_not_count() {
        let mut check = Check::new();
        for _ in 0..8 {
            assert_eq!(check.call(false), CircuitState::Closed);
            check.now += SECOND * 8;
        }
        check.now += SECOND * 60;
        assert_eq!(check.circuit.failures(check.now, &POLICY), 0);
    }

    #[test]
    fn one_call_tries_and_decides_for_all() {
        let mut check = Check::new();
        let late = check.circuit.admit(check.now).unwrap();
        for _ in 0..4 {
            check.call(false);
        }
        check.now += SECOND * 5;
        assert_eq!(check.circuit.state(check.now), CircuitState::HalfOpen);
        let trying = check.circuit.admit(check.now).unwrap();
        assert_eq!(check.circuit.admit(check.now), Err(None), "one at a time");
        // What began before it opened says nothing about now.
        assert_eq!(check.end(late, true), CircuitState::HalfOpen);
        // A try that was not made leaves its place to another.
        check.circuit.give_back(trying);
        let trying = check.circuit.admit(check.now).unwrap();
        assert_eq!(check.end(trying, true), CircuitState::Closed);
        for _ in 0..3 {
            assert_eq!(check.call(false), CircuitState::Closed, "it begins anew");
        }
    }

    #[test]
    fn it_stays_open_longer_each_time_up_to_the_longest() {
        let mut check = Check::new();
        for _ in 0..4 {
            check.call(false);
        }
        for open in [5, 10, 15, 15] {
            assert_eq!(check.circuit.opens_in(check.now), Some(SECOND * open));
            check.now += SECOND * open;
            assert_eq!(check.call(false), CircuitState::Open);
        }
        check.now += SECOND * 15;
        assert_eq!(check.call(true), CircuitState::Closed);
        for _ in 0..4 {
            check.call(false);
        }
        assert_eq!(check.circuit.opens_in(check.now), Some(SECOND * 5), "from the start again");
    }
}
