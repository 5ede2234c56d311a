//! Copy buttons on code blocks. The server writes them, and the browser shows them where they
//! can do something.

#[cfg(feature = "hydrate")]
pub(super) use browser::{listen, show_buttons};

/// What is to be typed again of a block that shows a terminal: the commands
/// without their prompt, and not what they printed. All of it if there is no
/// prompt.
#[cfg(any(feature = "hydrate", test))]
fn commands(shown: &str) -> String {
    let mut commands = String::new();
    let mut goes_on = false;
    for line in shown.lines() {
        let command = match line.strip_prefix("$ ") {
            Some(command) => command,
            None if goes_on => line,
            None => continue,
        };
        goes_on = command.ends_with('\\');
        commands.push_str(command);
        commands.push('\n');
    }
    if commands.is_empty() {
        return shown.to_owned();
    }
    commands
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::commands;
    use crate::blog::browser::{all, announce, on};
    use gloo_timers::callback::Timeout;
    use leptos::prelude::{document, window};
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::{JsFuture, spawn_local};
    use web_sys::{Element, Event};

    /// How long a button says that it did.
    const COPIED_MS: u32 = 2_000;

    /// Copies the block whose button is clicked. One listener around all pages serves
    /// all buttons, which thus hold on to nothing.
    pub(in crate::blog) fn listen() {
        on(&document(), "click", |click| {
            let _ = copy_clicked(&click);
        });
    }

    /// Shows the button of each code block of the page, where it can do something: only a page
    /// that came over TLS, or from the same machine, has a clipboard.
    pub(in crate::blog) fn show_buttons() {
        if !window().is_secure_context() {
            return;
        }
        for button in all(&document(), ".copy") {
            let _ = button.remove_attribute("hidden");
        }
    }

    fn copy_clicked(click: &Event) -> Option<()> {
        let target: Element = click.target()?.dyn_into().ok()?;
        let button = target.closest(".copy").ok()??;
        let code = button.parent_element()?.query_selector("code").ok()??;
        let shown = code.text_content()?;
        let text = if code.class_list().contains("language-console") {
            commands(&shown)
        } else {
            shown
        };
        copy(text, button);
        Some(())
    }

    fn copy(text: String, button: Element) {
        spawn_local(async move {
            let written = window().navigator().clipboard().write_text(&text);
            let label = match JsFuture::from(written).await {
                Ok(_) => "Copied",
                Err(_) => "Failed",
            };
            button.set_text_content(Some(label));
            announce(label);
            let reset = move || {
                button.set_text_content(Some("Copy"));
                announce("");
            };
            Timeout::new(COPIED_MS, reset).forget();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn of_a_terminal_the_commands_are_copied() {
        let shown = "$ curl -s \\\n    http://x/\n{\"live\":1}\n$ ls\nfile\n";
        assert_eq!(commands(shown), "curl -s \\\n    http://x/\nls\n");
    }

    #[test]
    fn without_a_prompt_all_is_copied() {
        assert_eq!(commands("make run\n"), "make run\n");
    }
}
