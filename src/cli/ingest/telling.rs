//! Where it is said what becomes of files: to who runs a command, or in the log of a server.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::source::{self, Failure};
use crate::pipeline::Counts;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// On standard output; what went wrong, and how far the run is, on standard error.
    All,
    /// What went wrong only, on standard error.
    Faults,
    /// In the log.
    Log,
}

impl Telling {
    /// A file was taken in; what is to be written of it is added to `out`.
    pub(super) fn taken(
        self,
        out: &mut String,
        outcome: &str,
        counts: Option<&Counts>,
        path: &Path,
    ) {
        let file = path.display();
        match self {
            Self::All => {
                let counts = counts.map(|counts| format!("{counts}  ")).unwrap_or_default();
                out.push_str(&format!("{outcome:<12} {counts}{file}\n"));
            }
            Self::Faults => {}
            Self::Log => tracing::info!(%file, outcome, "taken in"),
        }
    }

    /// A file that was watched is gone.
    pub(super) fn removed(self, path: &Path) -> io::Result<()> {
        let file = path.display();
        match self {
            Self::All => writeln!(io::stdout(), "{:<12} {file}", "removed")?,
            Self::Faults => {}
            Self::Log => tracing::info!(%file, "taken out, since it was removed"),
        }
        Ok(())
    }

    /// Files could not be taken in.
    pub(super) fn failed(self, failures: &[Failure]) {
        if self != Self::Log {
            return source::report(failures);
        }
        for Failure { path, error } in failures {
            tracing::error!(file = %path.display(), %error, "not taken in");
        }
    }

    /// There is something about a folder.
    pub(super) fn trouble(self, folder: &Path, reason: &str) {
        let folder = folder.display();
        match self {
            Self::All | Self::Faults => eprintln!("gangmu: {folder}: {reason}"),
            Self::Log => tracing::error!(%folder, "{reason}"),
        }
    }
}
