//! Serves articles that several people edit at once:
//!
//! ```sh
//! cargo run -p admin-example
//! ```
//!
//! Then open the printed address in two windows, one of them private, and sign in with two names.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

mod settings;

use admin_example::{App, database, router};
use settings::Settings;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let Settings { address, database, keys, lock } = Settings::read()?;
    let pool = database::open(&database).await.map_err(|error| format!("{database}: {error}"))?;
    let listener =
        tokio::net::TcpListener::bind(&address).await.map_err(|error| format!("ADMIN_ADDRESS {address}: {error}"))?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    axum::serve(listener, router(App::new(pool, keys, lock))).await?;
    Ok(())
}
