//! The operators' command `loyalnest`: migrate, seed, keys, encryption, verify, cron. Works as the database's owner, beside the running roles.

mod cron;
mod encryption;
mod keys;
mod seed;
mod table;
mod verify;

use clap::{Args, Parser, Subcommand};
use platform::Context;
use platform::config::ToolSettings;
use store::Owner;

/// The operators' command.
#[derive(Debug, Parser)]
#[command(name = "loyalnest", version, about, after_help = ToolSettings::help())]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the database to this version's schema; does nothing on a current one.
    Migrate,
    /// Register merchants for a demonstration or a load run; those that exist stay as they are.
    Seed(SeedArguments),
    /// Make, list and revoke the API keys of a shop's partners.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Show which keys encrypt the stored personal data, and bring all of it under the current key.
    #[command(subcommand)]
    Encryption(encryption::EncryptionCommand),
    /// Recompute every balance from the ledger and every order's net points from its facts; exit 1 on drift.
    Verify(VerifyArguments),
    /// List what recurs: schedule, zone, catch-up policy, last tick, next tick, missed ticks. All times are UTC.
    Cron,
}

#[derive(Debug, Args)]
pub(crate) struct SeedArguments {
    /// Register the two demonstration shops and print their settings as KEY=VALUE.
    #[arg(long)]
    demo: bool,
    /// Partner API key to give the first demonstration shop: `lnk_` and 43 characters of base64url.
    #[arg(long, requires = "demo")]
    api_key: Option<String>,
    /// Register load-1.myshopify.com ... load-N.myshopify.com on the Plus plan.
    #[arg(long, default_value_t = 0, value_name = "N")]
    merchants: u32,
    /// Customers of the load run that the merchants will have; they appear with their orders.
    #[arg(long, default_value_t = 0, value_name = "M")]
    customers: u32,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Verify this shop only.
    #[arg(long, value_name = "DOMAIN")]
    shop: Option<String>,
    /// Print at most this many drifts.
    #[arg(long, default_value_t = 100, value_name = "N")]
    lines_max: usize,
}

/// Runs the given command.
///
/// # Errors
/// Fails when the command fails, or `verify` found drift.
pub async fn run(command: Cli, settings: ToolSettings, context: Context) -> anyhow::Result<()> {
    let owner = Owner::connect(settings.owner.url.expose()).await?;
    match command.command {
        Command::Migrate => {
            owner.migrate().await?;
            say("schema is current");
            Ok(())
        }
        Command::Seed(arguments) => seed::run(&owner, &settings, &context, &arguments).await,
        Command::Keys(command) => keys::run(&owner, &context, &command).await,
        Command::Encryption(command) => encryption::run(&owner, &settings, &context, &command).await,
        Command::Verify(arguments) => verify::run(&owner, &arguments).await,
        Command::Cron => cron::run(&owner).await,
    }
}

/// Prints a line of a command's output. Logs are written elsewhere.
#[expect(clippy::print_stdout, reason = "a command line tool speaks on standard output")]
fn say(line: &str) {
    println!("{line}");
}
