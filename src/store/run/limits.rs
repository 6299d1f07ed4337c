//! What one evaluation may cost, and why it was stopped.

use std::time::Duration;

use crate::config;

/// What one evaluation may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From when it is asked for until its answer is sent.
    pub time: Duration,
    /// Bytes held at once.
    pub memory: usize,
    /// Rows or triples of the answer.
    pub rows: u64,
    /// Rows that pass through all steps of the evaluation.
    pub steps: u64,
    /// Bytes of the answer.
    pub answer: u64,
}

impl Limits {
    pub fn new(settings: &config::Limits) -> Self {
        Self {
            time: settings.query_timeout,
            memory: settings.query_memory << 20,
            rows: settings.query_rows as u64,
            steps: settings.step_rows as u64,
            answer: (settings.answer_size as u64) << 20,
        }
    }

    /// The same with less time, if `time` is less.
    #[must_use]
    pub fn within(self, time: Option<Duration>) -> Self {
        Self { time: time.map_or(self.time, |time| time.min(self.time)), ..self }
    }
}

/// Why an evaluation was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u8)]
pub enum Stop {
    #[error("it took longer than it may")]
    Time = 1,
    #[error("it needed more memory than it may hold")]
    Memory,
    #[error("its answer has more rows than it may have")]
    Rows,
    #[error("it went through more rows than it may")]
    Steps,
    #[error("its answer is larger than it may be")]
    Answer,
    #[error("nobody waits for its answer any more")]
    Gone,
    #[error("an operator stopped it")]
    Operator,
}

impl Stop {
    pub(super) fn of(number: u8) -> Option<Self> {
        use Stop::{Answer, Gone, Memory, Operator, Rows, Steps, Time};
        [Time, Memory, Rows, Steps, Answer, Gone, Operator]
            .into_iter()
            .find(|stop| *stop as u8 == number)
    }
}
