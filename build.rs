//! Has the islands embedded anew when `web/` was built anew. Without a profile for release they are read from the folder
//! as the program runs, so there nothing is to be compiled for them.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // A folder that is not there would count as changed each time. Where it cannot be made, that is all that happens.
        let _ = std::fs::create_dir_all("web/dist");
        println!("cargo:rerun-if-changed=web/dist");
    }
}
