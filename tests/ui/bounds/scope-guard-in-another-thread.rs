use concurrency_diesel::disable_concurrency;

fn main() {
    let scope = disable_concurrency();
    std::thread::spawn(move || drop(scope));
}
