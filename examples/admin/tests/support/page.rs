//! A page as a person sees it: the text of an element, and what a form would send.

/// The text of a page.
pub struct Page(pub String);

/// A start tag and the text after it.
struct Tag<'p> {
    name: &'p str,
    attributes: &'p str,
    rest: &'p str,
}

impl Page {
    pub fn has(&self, id: &str) -> bool {
        self.0.contains(&format!("id=\"{id}\""))
    }

    /// The text inside the element with this id, without the tags in it.
    #[track_caller]
    pub fn text(&self, id: &str) -> String {
        let tag = self.tags().find(|tag| tag.attribute("id").as_deref() == Some(id));
        let tag = tag.unwrap_or_else(|| panic!("no {id} in {}", self.0));
        tag.content()
    }

    /// The value of the field with this id.
    #[track_caller]
    pub fn value(&self, id: &str) -> String {
        let tag = self.tags().find(|tag| tag.attribute("id").as_deref() == Some(id));
        tag.unwrap_or_else(|| panic!("no {id} in {}", self.0)).value()
    }

    /// The fields that the form with this id sends if nothing is typed, without its buttons.
    #[track_caller]
    pub fn form(&self, id: &str) -> Vec<(String, String)> {
        let start = self.0.find(&format!("<form id=\"{id}\"")).unwrap_or_else(|| panic!("no form {id} in {}", self.0));
        let end = start + self.0[start..].find("</form>").unwrap();
        let form = Page(self.0[start..end].to_owned());
        let sent = form.tags().filter(|tag| match tag.name {
            "input" => {
                !matches!(tag.attribute("type").as_deref(), Some("checkbox" | "radio"))
                    || tag.attributes.contains(" checked")
            }
            "select" | "textarea" => true,
            _ => false,
        });
        sent.filter_map(|tag| Some((tag.attribute("name")?, tag.value()))).collect()
    }

    fn tags(&self) -> impl Iterator<Item = Tag<'_>> {
        self.0.match_indices('<').filter_map(|(at, _)| {
            let (tag, rest) = self.0[at + 1..].split_once('>')?;
            let (name, attributes) = tag.split_at(tag.find(' ').unwrap_or(tag.len()));
            Some(Tag { name, attributes, rest })
        })
    }
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<String> {
        let (_, after) = self.attributes.split_once(&format!(" {name}=\""))?;
        Some(unescaped(after.split('"').next()?))
    }

    fn content(&self) -> String {
        let end = self.rest.find(&format!("</{}>", self.name)).unwrap_or(0);
        let mut text = String::new();
        let mut is_tag = false;
        for character in self.rest[..end].chars() {
            match character {
                '<' => is_tag = true,
                '>' => is_tag = false,
                character if !is_tag => text.push(character),
                _ => {}
            }
        }
        unescaped(&text)
    }

    fn value(&self) -> String {
        match self.name {
            "textarea" => self.content().strip_prefix('\n').map(str::to_owned).unwrap_or_else(|| self.content()),
            "select" => {
                let options = Page(self.rest.split("</select>").next().unwrap().to_owned());
                let chosen = options.tags().find(|tag| tag.name == "option" && tag.attributes.ends_with(" selected"));
                let first = || options.tags().find(|tag| tag.name == "option");
                chosen.or_else(first).and_then(|tag| tag.attribute("value")).unwrap_or_default()
            }
            _ => self.attribute("value").unwrap_or_default(),
        }
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The fields, with another value for one of them, or with one more.
pub fn with(fields: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut fields: Vec<_> = fields.iter().filter(|(other, _)| other != name).cloned().collect();
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

/// The fields without this one.
pub fn without(fields: &[(String, String)], name: &str) -> Vec<(String, String)> {
    fields.iter().filter(|(other, _)| other != name).cloned().collect()
}
