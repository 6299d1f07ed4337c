//! The vocabulary with its examples.

use crate::server::server;

#[test]
fn terms_have_meanings_examples_and_queries_that_work() {
    let server = server();
    let page = server.page("/vocabulary");
    for part in
        ["id=\"Task\"", "id=\"role/lead\"", "任务", "A normative document", "p-plan#MultiStep"]
    {
        assert!(page.contains(part), "{part}");
    }
    let task = page.split("<tr id=\"Task\">").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(task.contains("href=\"/page/version/") && task.contains("#task/"), "{task}");
    let link = task.split("href=\"/sparql?q=").nth(1).unwrap().split('"').next().unwrap();
    let rows = server.read(&format!("/sparql?query={link}"), "text/csv");
    assert!(rows.status == 200 && rows.body.lines().count() > 1, "{}", rows.body);
    assert!(link.starts_with("PREFIX%20gm"), "{link}");
    assert!(server.get("/page/ontology", "text/html").status() == 303);
    let english = server.page("/en/vocabulary");
    assert!(english.contains("href=\"/en/sparql?q="));
}
