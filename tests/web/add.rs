//! Adding documents by the form.

use crate::GM;
use crate::server::{Answer, Server, Start, TOKEN, path_of};

const PLAN: &str = "青澜市<script>alert(1)</script>建设实施方案\n一、推进工作。落实《<b>某某</b>条例》，年底前完成20个。（牵头单位：市教育局）\n\
    序号 | 任务 | 牵头单位\n1 | <img src=x onerror=alert(2)> | 市民政局\n";
const NAME: &str = "<i>方案&amp;.txt";

/// A form with a token and files, as a browser sends it.
fn send(server: &Server, path: &str, accept: &str, token: &str, files: &[(&str, &str)]) -> Answer {
    let mut body =
        format!("--x\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n");
    for (name, text) in files {
        body += &format!(
            "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/plain\r\n\r\n{text}\r\n"
        );
    }
    body += "--x--\r\n";
    let headers = [("content-type", "multipart/form-data; boundary=x"), ("accept", accept)];
    server.request("POST", path, &headers, body.as_bytes(), "")
}

fn triples(server: &Server) -> String {
    server.rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }").remove(0)
}

#[test]
fn a_preview_shows_what_was_read_and_keeps_nothing() {
    let server = Server::empty();
    let before = triples(&server);
    let shown = send(&server, "/add/preview", "text/html", TOKEN, &[(NAME, PLAN)]);
    assert_eq!(shown.status, 200, "{}", shown.body);
    for part in ["尚未收录", "class=\"m lead\"", "市教育局", "库里还没有这份文件"]
    {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    // Title, cell and file name are data.
    for hostile in ["<script>alert", "<img", "<i>方案", "<b>某某"] {
        assert!(!shown.body.contains(hostile), "{hostile}: {}", shown.body);
    }
    assert!(shown.body.contains("&#60;i&#62;方案&#38;amp;.txt"), "{}", shown.body);
    // What it names has no page yet.
    assert!(!shown.body.contains("href=\"/page/agency"), "{}", shown.body);
    let told = send(&server, "/add/preview", "application/json", TOKEN, &[(NAME, PLAN)]);
    let told: serde_json::Value = serde_json::from_str(&told.body).unwrap();
    assert_eq!(told["documents"][0]["fate"], "库里还没有这份文件。", "{told}");
    let several =
        send(&server, "/en/add/preview", "text/html", TOKEN, &[(NAME, PLAN), ("空.txt", "")]);
    assert_eq!(several.status, 207, "{}", several.body);
    assert!(several.body.contains("2 files, of which 1 failed"), "{}", several.body);
    assert_eq!(triples(&server), before, "nothing is kept");
    assert!(server.page("/").contains("库里还没有文件"));

    let kept = send(&server, "/add", "text/html", TOKEN, &[(NAME, PLAN)]);
    assert_eq!(kept.status, 200, "{}", kept.body);
    assert!(
        kept.body.contains("已收录，是新文件") && !kept.body.contains("<i>方案"),
        "{}",
        kept.body
    );
    let version = server.rows(&format!("{GM}SELECT ?v {{ ?w gm:currentVersion ?v }}")).remove(0);
    let page = server.page(&path_of(&version));
    for hostile in ["<script>alert", "<img", "<i>方案"] {
        assert!(!page.contains(hostile), "{hostile}: {page}");
    }
    let again = send(&server, "/add/preview", "text/html", TOKEN, &[(NAME, PLAN)]);
    assert!(again.body.contains("库里已经有同样的文本"), "{}", again.body);
    assert!(again.body.contains("href=\"/page/"), "what the store knows is led to");
}

#[test]
fn who_has_no_token_adds_nothing() {
    let server = Server::empty();
    for path in ["/add", "/add/preview"] {
        for token in ["", "wrong"] {
            let refused = send(&server, path, "text/html", token, &[(NAME, PLAN)]);
            assert_eq!(refused.status, 401, "{path}");
            assert!(
                refused.body.contains("令牌不对") && refused.body.contains("怎么办"),
                "{}",
                refused.body
            );
            assert!(!refused.body.contains("市教育局"), "it says nothing of the file");
        }
        // A token in the address is none.
        let address = format!("{path}?token={TOKEN}");
        assert_eq!(send(&server, &address, "text/html", "", &[(NAME, PLAN)]).status, 401, "{path}");
    }
    assert!(server.page("/").contains("库里还没有文件"));
    let form = server.page("/add");
    assert!(form.contains("type=\"password\"") && form.contains("enctype=\"multipart/form-data\""));
}

#[test]
fn without_any_token_the_page_says_how_there_can_be_one() {
    let server = Start { writes: false, ..Start::default() }.start();
    let page = server.page("/add");
    assert!(page.contains("gangmu token new") && !page.contains("<form class=\"add\""), "{page}");
    assert_eq!(send(&server, "/add/preview", "text/html", TOKEN, &[(NAME, PLAN)]).status, 403);
}
