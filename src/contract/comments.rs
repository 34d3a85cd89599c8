//! The words of the contract: the comments above its declarations, for the OpenAPI document.
//!
//! The descriptor set keeps them apart from the declarations, by file and place; [`Comments`] looks
//! them up. They are plain text and never decide anything.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, FileDescriptor};

/// The comments of every file, by the file's name and the place of a declaration in it.
pub struct Comments(HashMap<String, HashMap<Vec<i32>, String>>);

impl Comments {
    /// Reads the comments of all files.
    pub fn read(pool: &DescriptorPool) -> Self {
        let by_file = pool.files().map(|file| {
            let info = file.file_descriptor_proto().source_code_info.iter();
            let by_place = info
                .flat_map(|info| &info.location)
                .filter(|location| !location.leading_comments().is_empty())
                .map(|location| {
                    (
                        location.path.clone(),
                        in_one_line(location.leading_comments()),
                    )
                });
            (file.name().to_owned(), by_place.collect())
        });
        Self(by_file.collect())
    }

    /// The comment above the declaration at a place; empty if there is none.
    pub fn above(&self, file: &FileDescriptor, place: &[i32]) -> &str {
        let found = self.0.get(file.name()).and_then(|file| file.get(place));
        found.map_or("", String::as_str)
    }
}

/// Lines of a comment are wrapped at the width of the file; a paragraph is one line here.
fn in_one_line(comment: &str) -> String {
    let paragraphs = comment.trim().split("\n\n").map(|paragraph| {
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        lines.join(" ")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
