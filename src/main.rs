//! The program `gangmu`: see [`gangmu::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    gangmu::cli::main()
}
