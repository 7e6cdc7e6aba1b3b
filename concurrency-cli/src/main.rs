//! x
mod source;
mod secret;
fn main() { println!("{:?}", source::read(&["src".into()], None)); }
