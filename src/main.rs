//! The program `gangmu`: see [`gangmu::cli`].

use std::process::ExitCode;

/// Counts what each query holds, so that it can be stopped.
#[global_allocator]
static ALLOCATOR: gangmu::store::CountingAllocator = gangmu::store::CountingAllocator;

fn main() -> ExitCode {
    gangmu::cli::main()
}
