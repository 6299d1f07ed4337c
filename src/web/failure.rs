//! What a program is told when a query or an update fails: which limit, and what can be done.

use std::fmt::Display;

use axum::http::StatusCode;
use oxigraph::sparql::QueryEvaluationError;
use tokio::task::JoinError;

use super::problem::Problem;
use crate::store::{Busy, FetchError, Limits, QueryError, ServiceError, Stop, UpdateError};

/// Seconds after which a client may try again when all turns were taken.
const AGAIN: u64 = 1;
/// The same while the store is being read.
const SOON: u64 = 10;

const NARROW: &str = "缩小查询范围，例如用 LIMIT；或由管理员调高上限 Ask for less, as with LIMIT; the operator can raise the limit";

/// A run was stopped.
pub(super) fn of_stop(stop: Stop, limits: &Limits) -> Problem {
    let megabytes = |bytes: u64| bytes >> 20;
    let (status, kind, title, detail) = match stop {
        Stop::Time => (
            StatusCode::GATEWAY_TIMEOUT,
            "timeout",
            "超时 It took too long",
            format!("limits.query_timeout: {} s", limits.time.as_secs_f64()),
        ),
        Stop::Memory => (
            StatusCode::SERVICE_UNAVAILABLE,
            "memory",
            "占用内存过多 It needs too much memory",
            format!("limits.query_memory: {} MB", megabytes(limits.memory as u64)),
        ),
        Stop::Rows => (
            StatusCode::SERVICE_UNAVAILABLE,
            "rows",
            "结果行数过多 The answer has too many rows",
            format!("limits.query_rows: {}", limits.rows),
        ),
        Stop::Steps => (
            StatusCode::SERVICE_UNAVAILABLE,
            "steps",
            "中间结果过多 It goes through too many rows",
            format!("limits.step_rows: {}", limits.steps),
        ),
        Stop::Answer => (
            StatusCode::SERVICE_UNAVAILABLE,
            "answer-size",
            "结果过大 The answer is too large",
            format!("limits.answer_size: {} MB", megabytes(limits.answer)),
        ),
        Stop::Gone => (
            StatusCode::SERVICE_UNAVAILABLE,
            "gone",
            "无人等待结果 Nobody waits for the answer",
            stop.to_string(),
        ),
        Stop::Operator => {
            let title = "已被管理员终止 An operator stopped it";
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopped", title);
            return problem.remedy("请联系管理员 Ask the operator");
        }
    };
    Problem::new(status, kind, title).detail(detail).remedy(NARROW)
}

/// No turn came.
pub(super) fn of_queue(busy: Busy) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "查询过多 Too many queries at once")
        .detail(format!("limits.running: {}; limits.queue: {:?}", busy.running, busy.waited))
        .remedy("稍后再试 Try again later")
        .retry_after(AGAIN)
}

/// A query has no answer.
pub(super) fn of_query(error: &QueryError, limits: &Limits) -> Problem {
    match error {
        QueryError::Stopped(stop) => of_stop(*stop, limits),
        QueryError::Syntax(_) | QueryError::TooLarge(_) | QueryError::BadIri(..) => {
            bad_request(error)
        }
        QueryError::Evaluation(cause) => of_evaluation(cause),
        QueryError::Write(_) => of_fault(error),
        QueryError::NotRead => of_reading(),
    }
}

/// The tables behind the pages and lists are still being read.
pub(super) fn of_reading() -> Problem {
    let title = "正在读取全部文件 All documents are still being read";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "reading", title)
        .remedy("稍后再试 Try again later")
        .retry_after(SOON)
}

/// An update was not made.
pub(super) fn of_update(error: &UpdateError, limits: &Limits) -> Problem {
    match error {
        UpdateError::Stopped(stop) => of_stop(*stop, limits),
        UpdateError::Database(_) => of_fault(error),
        UpdateError::Evaluation(cause) => of_evaluation(cause),
        UpdateError::Fetch(cause) => of_fetch(cause),
        UpdateError::Remote(cause) => of_gateway(cause),
        _ => bad_request(error),
    }
}

fn of_evaluation(error: &QueryEvaluationError) -> Problem {
    match error {
        QueryEvaluationError::Service(cause) => match cause.downcast_ref() {
            Some(ServiceError::Fetch(cause)) => of_fetch(cause),
            Some(ServiceError::Pattern(_)) => bad_request(cause),
            Some(ServiceError::Io(_)) | None => of_fault(cause),
            Some(ServiceError::Answer(..) | ServiceError::Store(_)) => of_gateway(cause),
        },
        QueryEvaluationError::UnsupportedService(_)
        | QueryEvaluationError::UnboundService
        | QueryEvaluationError::InvalidServiceName(_)
        | QueryEvaluationError::UnsupportedCustomFunction(_) => bad_request(error),
        _ => of_fault(error),
    }
}

fn of_fetch(error: &FetchError) -> Problem {
    if error.is_forbidden() {
        let title = "不允许访问外部主机 This host may not be reached";
        return Problem::new(StatusCode::FORBIDDEN, "host-not-allowed", title)
            .detail(error.to_string())
            .remedy("federation.hosts");
    }
    of_gateway(error)
}

fn of_gateway(error: &dyn Display) -> Problem {
    let title = "外部服务没有应答 Another server gave no answer";
    Problem::new(StatusCode::BAD_GATEWAY, "no-answer-from-elsewhere", title)
        .detail(error.to_string())
}

fn bad_request(error: &dyn Display) -> Problem {
    let title = "查询或更新有误 The query or update is wrong";
    Problem::new(StatusCode::BAD_REQUEST, "bad-request", title).detail(error.to_string())
}

/// A thread ended with a panic.
pub(super) fn of_thread(fault: &JoinError) -> Problem {
    of_fault(fault)
}

/// A fault of ours, which is logged and not told.
pub(super) fn of_fault(fault: &dyn Display) -> Problem {
    tracing::error!(%fault, "a query failed");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "出错了 Something went wrong here")
}
