//! The packages that our crates add to a user's build: few, under free licences, and none that needs a newer Rust.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// The packages of the build of each of our crates, with everything that it can need on a user's machine.
const BUILDS: [&[&str]; 4] = [
    &["concurrency-diesel", "--all-features"],
    &["concurrency-http", "--all-features"],
    &["concurrency-cli", "--all-features"],
    &["concurrency-diesel", "--features=sqlite"],
];

/// A licence is good if one of its alternatives consists of these.
const LICENCES: [&str; 6] =
    ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-3-Clause", "Unicode-3.0", "Zlib"];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The packages of a build, as `name version`, with their licences.
fn built_with(build: &[&str]) -> BTreeMap<String, String> {
    let tree = ["tree", "--locked", "--edges=normal,build", "--prefix=none", "--format={p}|{l}", "-p"];
    let packages = cargo(&[&tree, build].concat());
    let packages = packages.lines().filter_map(|line| {
        let (package, licence) = line.split_once('|')?;
        let mut words = package.split(' ');
        let (name, version) = (words.next()?, words.next()?.trim_start_matches('v'));
        Some((format!("{name} {version}"), licence.trim_end_matches(" (*)").to_owned()))
    });
    packages.collect()
}

fn is_good(licence: &str) -> bool {
    let licence = licence.replace('/', " OR ").replace("  ", " ");
    let is_one = |text: &str| LICENCES.contains(&text.trim());
    let is_any = |text: &str| text.trim().trim_matches(['(', ')']).split(" OR ").any(is_one);
    licence.split(" AND ").all(is_any)
}

#[test]
fn every_package_has_a_free_licence() {
    for build in BUILDS {
        let packages = built_with(build);
        assert!(packages.len() > 10, "{build:?}: {packages:?}");
        let bad: Vec<_> = packages.iter().filter(|(_, licence)| !is_good(licence)).collect();
        assert_eq!(bad, Vec::<(&String, &String)>::new(), "{build:?}");
    }
}

#[test]
fn licences_are_read_as_alternatives() {
    for good in ["MIT", "GPL-3.0 OR MIT", "Apache-2.0 / MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
        assert!(is_good(good), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND LGPL-2.1"] {
        assert!(!is_good(bad), "{bad}");
    }
}

#[test]
fn no_package_asks_for_a_newer_rust_than_we_do() {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--locked", "--format-version=1"])).unwrap();
    let asks: BTreeMap<String, (u32, u32)> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|package| {
            let mut parts = package["rust_version"].as_str()?.split('.').map(|part| part.parse().unwrap());
            let asked = (parts.next().unwrap(), parts.next().unwrap_or(0));
            let name = format!("{} {}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
            Some((name, asked))
        })
        .collect();
    let ours = asks[&format!("concurrency-diesel {}", env!("CARGO_PKG_VERSION"))];
    for build in BUILDS {
        let newer: Vec<_> = built_with(build)
            .into_keys()
            .filter(|package| asks.get(package).is_some_and(|asked| *asked > ours))
            .collect();
        assert_eq!(newer, Vec::<String>::new(), "{build:?}: they need a newer Rust than {ours:?}");
    }
}

#[test]
fn a_plain_user_builds_two_small_packages_beside_diesel_and_ours() {
    let direct: Vec<_> = built_with(&["concurrency-diesel", "--features=sqlite", "--depth=1"])
        .into_keys()
        .map(|package| package.split(' ').next().unwrap().to_owned())
        .collect();
    let expected = ["concurrency-core", "concurrency-derive", "concurrency-diesel", "diesel", "thiserror", "typeid"];
    assert_eq!(direct, expected);
}
