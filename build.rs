//! Has the islands embedded anew when `web/` was built anew. Without a profile for release they are read from the folder
//! as the program runs, so there nothing is to be compiled for them.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=web/dist");
    }
}
