//! Serves the articles of `articles.sqlite` on port 3000:
//!
//! ```sh
//! cargo run -p axum-articles &
//! curl -i localhost:3000/articles/1
//! curl -i localhost:3000/articles/1 -H 'If-None-Match: "1"'
//! curl -i localhost:3000/articles/1 -X PUT -H 'If-Match: "1"' -H 'Content-Type: application/json' -d '{"title":"Locks","body":"mine"}'
//! ```
//!
//! The second GET returns 304 without a body. A second PUT with the same version gets 412, and the response says what
//! the first one changed.

use axum_articles::{database, router};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = database::open("articles.sqlite").await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router(pool)).await?;
    Ok(())
}
