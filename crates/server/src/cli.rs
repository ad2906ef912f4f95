//! Commands and options.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

/// An open-data portal in one program.
#[derive(Debug, Parser)]
#[command(name = "basalt", version, about, arg_required_else_help = true)]
pub struct Arguments {
    /// Settings in TOML. Environment variables such as BASALT__HTTP__BIND come over them.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the portal until told to stop.
    Serve,
    /// Do the work that waits in the storage, beside those who serve; ends with a signal.
    Work,
    /// Bring the schema of the storage up to date.
    Migrate,
    /// Try all settings and what they connect to; lists every fault at once.
    Check,
    /// Manage accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Manage API keys.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Load records: an export, answers of the API as NDJSON, or the catalogue of data.gouv.fr as CSV.
    Import(ImportArguments),
    /// Write all records as NDJSON.
    Export(ExportArguments),
    /// Copy all records from one storage to another, and compare them.
    Copy(CopyArguments),
    /// Keep the search index.
    #[command(subcommand)]
    Search(SearchCommand),
    /// Check the numbers kept with datasets, reuses, dataservices and their owners.
    #[command(subcommand)]
    Metrics(MetricsCommand),
    /// Serve a portal with demo data, and print a key for it.
    Demo(DemoArguments),
}

/// Manage accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Create an account.
    Create(UserArguments),
}

/// The account to create.
#[derive(Debug, Args)]
pub struct UserArguments {
    /// Mail address, with which the user signs in.
    #[arg(long)]
    pub email: String,
    /// Password: 8 characters at least, upper and lower case letters and a digit.
    #[arg(long)]
    pub password: String,
    /// Given name.
    #[arg(long)]
    pub first_name: String,
    /// Family name.
    #[arg(long)]
    pub last_name: String,
    /// May do everything on the whole portal.
    #[arg(long)]
    pub admin: bool,
}

/// Manage API keys.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Create a key; it stands alone on the last line and is shown this once.
    Create(TokenArguments),
}

/// The key to create.
#[derive(Debug, Args)]
pub struct TokenArguments {
    /// Mail address of the account that it belongs to.
    #[arg(long, value_name = "EMAIL")]
    pub user: String,
    /// What to call it.
    #[arg(long)]
    pub name: Option<String>,
    /// What it may be used for: read, write or admin (everything its user may do, the default).
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// When it ends, such as 2027-12-31.
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
}

/// What to load.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Files, also packed as .gz or .xz; `-` is the standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Start at the first record, even if an import of this file was interrupted before.
    #[arg(long)]
    pub restart: bool,
}

/// Where to write to.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The file to write; `-` is the standard output.
    pub file: PathBuf,
    /// Also write what proves who somebody is: hashes of passwords, and API keys (as hashes).
    #[arg(long)]
    pub with_secrets: bool,
}

/// From where to where.
#[derive(Debug, Args)]
pub struct CopyArguments {
    /// The storage to read, as in the setting storage.url.
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// The storage to write.
    #[arg(long, value_name = "URL")]
    pub to: String,
}

/// Keep the search index.
#[derive(Debug, Subcommand)]
pub enum SearchCommand {
    /// Build the index anew, while a portal that runs goes on answering from the old one.
    Reindex,
}

/// Check the numbers kept with records.
#[derive(Debug, Subcommand)]
pub enum MetricsCommand {
    /// Count everything again, and tell each number that is wrong.
    Verify(VerifyArguments),
    /// Count what came to be in each month, and how much is in the portal: `serve` does it every night.
    Months,
}

/// What to do about wrong numbers.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// Put them right.
    #[arg(long)]
    pub repair: bool,
    /// Leave numbers of followers and members alone: imports bring them without the accounts they count.
    #[arg(long)]
    pub catalogue_only: bool,
}

/// How to serve the demo.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Where to listen, instead of the setting http.bind.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub bind: Option<SocketAddr>,
}
