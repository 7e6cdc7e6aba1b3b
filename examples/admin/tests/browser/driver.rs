//! People with a browser: each has their own Chromium, and one ChromeDriver drives them all.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::support::Program;

/// The number of tests that have browsers open at once.
static PLACES: Semaphore = Semaphore::const_new(2);
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    Run,
    Blocked,
}

/// A person with a browser.
pub struct Person {
    client: Client,
    address: String,
    _profile: TempDir,
}

/// A program, and this test's place among those that have browsers open.
pub struct Stage {
    pub program: Program,
    _place: SemaphorePermit<'static>,
}

/// Runs a test with its own program.
pub fn play<F: Future<Output = ()>>(test: impl FnOnce(Stage) -> F) {
    RUNTIME.block_on(async {
        let place = PLACES.acquire().await.unwrap();
        test(Stage { program: Program::start(), _place: place }).await;
    });
}

/// The address of ChromeDriver, which runs as long as the tests.
fn driver() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let mut command = Command::new("sh");
        // It ends with this process, however that ends: the input of the shell closes, and nothing that it started is
        // left.
        command.args(["-c", START]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            Some(line.unwrap().split_once("successfully on port ")?.1.trim_end_matches('.').to_owned())
        });
        std::thread::spawn(move || lines.for_each(drop));
        HELD.lock().unwrap().push(child);
        format!(
            "http://127.0.0.1:{}",
            port.expect(
                "chromedriver is there, and says on which port it listens: apt-get install chromium chromium-driver"
            )
        )
    })
}

/// Every browser is a child of ChromeDriver, in its own process group.
const START: &str = r#"trap : TERM INT HUP; setsid chromedriver --port=0 & read -r _
kill $(grep -ls "^PPid:[[:space:]]*$!\$" /proc/[0-9]*/status | cut -d/ -f3); kill -9 -$!"#;

/// Holds the input of the shell open.
static HELD: std::sync::Mutex<Vec<std::process::Child>> = std::sync::Mutex::new(Vec::new());

impl Stage {
    /// A person who has signed in.
    pub async fn person(&self, name: &str, scripts: Scripts) -> Person {
        let profile = TempDir::new().unwrap();
        let mut preferences = json!({ "profile.password_manager_enabled": false });
        if scripts == Scripts::Blocked {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1100,900",
            &format!("--user-data-dir={}", profile.path().display()),
        ]
        .map(str::to_owned);
        let Value::Object(capabilities) = json!({
            "goog:chromeOptions": { "args": arguments, "prefs": preferences },
            "goog:loggingPrefs": { "browser": "ALL" },
        }) else {
            unreachable!()
        };
        let connector = HttpConnector::new();
        let client = ClientBuilder::new(connector).capabilities(capabilities).connect(driver()).await.unwrap();
        let person = Person { client, address: self.program.address.clone(), _profile: profile };
        person.open("/articles").await;
        person.type_into("name", name).await;
        person.press("sign-in-button").await;
        person.until(&format!("//p[contains(., 'You are {name}')]")).await;
        person
    }
}

impl Person {
    pub async fn open(&self, path: &str) {
        self.client.goto(&format!("http://{}{path}", self.address)).await.unwrap();
    }

    pub async fn back(&self) {
        self.client.back().await.unwrap();
    }

    pub async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    /// The path and the query of the page.
    pub async fn place(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.as_str().split_once(&self.address).unwrap().1.to_owned()
    }

    /// The element with this id. Waits until it exists.
    pub async fn find(&self, id: &str) -> Element {
        let search = format!("[id='{id}']");
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(&search)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("no {id} at {}: {error}\n{}", self.place().await, self.client.source().await.unwrap()),
        }
    }

    pub async fn until(&self, xpath: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(xpath)).await {
            Ok(element) => element,
            Err(error) => {
                panic!("no {xpath} at {}: {error}\n{}", self.place().await, self.client.source().await.unwrap())
            }
        }
    }

    pub async fn has(&self, id: &str) -> bool {
        !self.client.find_all(Locator::Css(&format!("[id='{id}']"))).await.unwrap().is_empty()
    }

    pub async fn all(&self, css: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(css)).await.unwrap()
    }

    pub async fn press(&self, id: &str) {
        self.find(id).await.click().await.unwrap();
    }

    pub async fn type_into(&self, id: &str, text: &str) {
        let element = self.find(id).await;
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    pub async fn choose(&self, id: &str, value: &str) {
        self.find(id).await.select_by_value(value).await.unwrap();
    }

    pub async fn text(&self, id: &str) -> String {
        loop {
            match self.find(id).await.text().await {
                // The next page has come since.
                Err(error) if error.is_stale_element_reference() => {}
                text => return text.unwrap(),
            }
        }
    }

    pub async fn value(&self, id: &str) -> String {
        loop {
            match self.find(id).await.prop("value").await {
                Err(error) if error.is_stale_element_reference() => {}
                value => return value.unwrap().unwrap_or_default(),
            }
        }
    }

    /// Waits for the page whose notice is this: a press returns before the next page is there.
    pub async fn is_noticed(&self, expected: &str) {
        let start = Instant::now();
        while start.elapsed() < PATIENCE && self.text("notice").await != expected {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(self.text("notice").await, expected, "at {}", self.place().await);
    }

    /// Whether a radio button or a checkbox is set.
    pub async fn is_chosen(&self, id: &str) -> bool {
        self.find(id).await.is_selected().await.unwrap()
    }

    /// Presses keys at the cursor.
    pub async fn keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// The id of the focused element.
    pub async fn focus(&self) -> Option<String> {
        self.client.active_element().await.unwrap().attr("id").await.unwrap()
    }

    /// Runs a script, for what a browser does by itself only after a while.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// The result of a promise of the page.
    pub async fn wait_for(&self, promise: &str) -> Value {
        let script = format!("const done = arguments[0]; {promise}.then(done, (error) => done(String(error)))");
        self.client.execute_async(&script, Vec::new()).await.unwrap()
    }

    pub async fn label(&self, element: &Element) -> String {
        let path = format!("element/{}/computedlabel", &*element.element_id());
        self.command(http::Method::GET, &path, None).await.as_str().unwrap().to_owned()
    }

    /// The messages on the browser's console, without the statuses of responses.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.command(http::Method::POST, "se/log", Some(json!({ "type": "browser" }))).await;
        let messages = log.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap().to_owned());
        messages.filter(|message| !message.contains("the server responded with a status of ")).collect()
    }

    /// Sets the width of the page, for example to that of a small telephone, and the colour scheme. Colours change at
    /// once: in the middle of a transition a page has the colours of neither scheme.
    pub async fn show_as(&self, width: u32, height: u32, scheme: &str) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.cdp("Emulation.setEmulatedMedia", features).await;
    }

    /// Runs a script of the test's before those of each page that is opened from now on.
    pub async fn before_every_page(&self, script: &str) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    async fn cdp(&self, name: &str, parameters: Value) {
        let body = json!({ "cmd": name, "params": parameters });
        self.command(http::Method::POST, "goog/cdp/execute", Some(body)).await;
    }

    async fn command(&self, method: http::Method, path: &str, body: Option<Value>) -> Value {
        self.client.issue_cmd(Own { method, path: path.to_owned(), body }).await.unwrap()
    }

    /// Saves a picture of the visible part.
    pub async fn picture(&self, name: &str) {
        let folder = std::env::var_os("ADMIN_SCREENSHOTS").map_or_else(
            || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("admin-screenshots"),
            PathBuf::from,
        );
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), self.client.screenshot().await.unwrap()).unwrap();
    }

    pub async fn leave(self) {
        self.client.close().await.unwrap();
    }
}

/// A command for which fantoccini has no method.
#[derive(Debug)]
struct Own {
    method: http::Method,
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Value::to_string))
    }
}
