//! The program `basalt`.

use std::process::ExitCode;

use basalt_server::{cli::Arguments, commands};
use clap::Parser;
use tikv_jemallocator::Jemalloc;

// The system's allocator keeps what each of many threads once needed: about 40 MB more under load.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("basalt: no threads to run on: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(arguments)) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("basalt: {failure}");
            ExitCode::FAILURE
        }
    }
}
