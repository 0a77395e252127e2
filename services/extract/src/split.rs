//! Pages to documents: which pages belong together, and what kind of paper they are.
//!
//! Goes in: the tagged pages of a submission in order. Comes out: groups of pages; every page is in
//! exactly one. Within a file the best sequence of (type, starts a document) is found by dynamic
//! programming over the model's page probabilities, "page x of y" in the print and changes of the
//! document number. A document never runs over a file boundary. Pages without words are attached to the
//! document around them, else they are `other`.

use crate::odds::log_odds;
use crate::page_facts::PageFacts;
use crate::tagged::TaggedPage;
use docexam_domain::DocumentType;
use strum::IntoEnumIterator;

/// "Page 1 of 3" is printed by whoever numbered the pages: strong, but forms repeat it wrongly too.
const NUMBERED_FIRST: f32 = 3.0;
const NUMBERED_NEXT: f32 = 4.0;
/// "Continued", at the head of a page.
const CONTINUED: f32 = 4.0;
/// The page before was the last of its count.
const AFTER_LAST: f32 = 1.5;
/// Two pages with different, respectively equal, document numbers.
const OTHER_NUMBER: f32 = 2.0;
const SAME_NUMBER: f32 = 4.0;
/// A page without a number of its own behind one that has one: rather its totals, or its terms.
const NO_NUMBER: f32 = 1.0;
/// A page that shows neither a number nor a party: the totals, the terms, the rest of the goods.
const NO_HEAD: f32 = 1.5;
/// A page without any field: conditions in small print are the back of the page before.
const NO_FIELD: f32 = 1.5;
/// What such a page looks like says little of the kind of document it ends: so much of its type is believed.
const BELIEVED: f32 = 0.3;
/// A head without goods is followed by the goods, and goods without a sum by the sum.
const COMPLETED: f32 = 4.0;
/// Line numbers go on from the page before, or start over.
const LINES_GO_ON: f32 = 3.0;
const LINES_START_OVER: f32 = 2.0;
/// Won, in log-odds, by the type that the title names: papers seldom call themselves what they are not.
const TITLED: f32 = 5.0;
/// A type that the model gives no probability counts as this much.
const LEAST: f32 = 1e-3;
/// Confidence of an `other` document made of pages without words.
const UNREAD: f32 = 0.2;

/// The pages of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub document_type: DocumentType,
    /// Probability of the type, [0, 1].
    pub confidence: f32,
    /// Indices of the pages, ascending.
    pub pages: Vec<usize>,
}

/// Groups of the pages, which must be ordered by file and page; `facts` has one entry for each page.
pub fn split(pages: &[TaggedPage], facts: &[PageFacts]) -> Vec<Group> {
    let indices: Vec<usize> = (0..pages.len()).collect();
    let mut groups: Vec<Group> = indices
        .chunk_by(|a, b| pages[*a].reading.file == pages[*b].reading.file)
        .flat_map(|file| groups_of_file(pages, facts, file))
        .collect();
    groups.sort_by_key(|group| group.pages.first().copied());
    groups
}

fn groups_of_file(pages: &[TaggedPage], facts: &[PageFacts], file: &[usize]) -> Vec<Group> {
    let (read, unread): (Vec<usize>, Vec<usize>) =
        file.iter().partition(|index| pages[**index].has_words());
    let mut groups = best_sequence(pages, facts, &read);
    for index in unread {
        // In the middle of a document: it has pages on both sides.
        let around = groups.iter_mut().find(|group| {
            group.pages.first().is_some_and(|first| *first < index)
                && group.pages.last().is_some_and(|last| *last > index)
        });
        match around {
            Some(group) => {
                group.pages.push(index);
                group.pages.sort_unstable();
            }
            None => add_unread(&mut groups, index),
        }
    }
    groups
}

/// Neighbouring pages without words form one `other` document.
fn add_unread(groups: &mut Vec<Group>, index: usize) {
    let neighbour = groups.iter_mut().find(|group| {
        group.confidence == UNREAD && group.pages.last().is_some_and(|last| last + 1 == index)
    });
    match neighbour {
        Some(group) => group.pages.push(index),
        None => groups.push(Group {
            document_type: DocumentType::Other,
            confidence: UNREAD,
            pages: vec![index],
        }),
    }
}

/// Best path so far that ends in a type, and whether its last page starts a document.
#[derive(Clone, Copy)]
struct Step {
    score: f32,
    starts: bool,
    /// Type of the page before.
    from: usize,
}

fn best_sequence(pages: &[TaggedPage], facts: &[PageFacts], read: &[usize]) -> Vec<Group> {
    let types: Vec<DocumentType> = DocumentType::iter().collect();
    let mut steps: Vec<Vec<Step>> = Vec::with_capacity(read.len());
    for (position, index) in read.iter().enumerate() {
        let small_print = facts.get(*index).is_some_and(|here| !here.has_fields);
        let believed = if small_print { BELIEVED } else { 1.0 };
        let spread = (1.0 - believed) / types.len() as f32;
        let emission: Vec<f32> = types
            .iter()
            .map(|t| believed * type_probability(pages, facts, *index, *t) + spread)
            .map(|probability| probability.max(LEAST).ln())
            .collect();
        let before = position
            .checked_sub(1)
            .and_then(|previous| Some((steps.get(previous)?, *read.get(previous)?)));
        let row = match before {
            None => emission
                .iter()
                .map(|score| Step {
                    score: *score,
                    starts: true,
                    from: 0,
                })
                .collect(),
            Some((row_before, previous)) => {
                let start = start_log_odds(pages, facts, previous, *index);
                let (log_start, log_goes_on) = (log_sigmoid(start), log_sigmoid(-start));
                let best_before = (0..types.len())
                    .max_by(|a, b| row_before[*a].score.total_cmp(&row_before[*b].score))
                    .unwrap_or(0);
                (0..types.len())
                    .map(|t| {
                        let starting = row_before[best_before].score + log_start;
                        let going_on = row_before[t].score + log_goes_on;
                        let starts = starting > going_on;
                        Step {
                            score: starting.max(going_on) + emission[t],
                            starts,
                            from: if starts { best_before } else { t },
                        }
                    })
                    .collect()
            }
        };
        steps.push(row);
    }
    traced_back(pages, facts, read, &types, &steps)
}

fn traced_back(
    pages: &[TaggedPage],
    facts: &[PageFacts],
    read: &[usize],
    types: &[DocumentType],
    steps: &[Vec<Step>],
) -> Vec<Group> {
    let Some(last) = steps.last() else {
        return Vec::new();
    };
    let mut current = (0..types.len())
        .max_by(|a, b| last[*a].score.total_cmp(&last[*b].score))
        .unwrap_or(0);
    let mut groups = Vec::new();
    let mut collected: Vec<usize> = Vec::new();
    for (row, index) in steps.iter().zip(read).rev() {
        collected.push(*index);
        let step = row[current];
        if step.starts {
            collected.reverse();
            let members = std::mem::take(&mut collected);
            groups.push(group(pages, facts, types[current], members));
        }
        current = step.from;
    }
    groups.reverse();
    groups
}

/// The type's probability over all pages of the group: mean of what each page says.
fn group(
    pages: &[TaggedPage],
    facts: &[PageFacts],
    document_type: DocumentType,
    members: Vec<usize>,
) -> Group {
    let sum: f32 = members
        .iter()
        .map(|index| type_probability(pages, facts, *index, document_type))
        .sum();
    Group {
        document_type,
        confidence: (sum / members.len().max(1) as f32).clamp(0.0, 1.0),
        pages: members,
    }
}

/// What the model says of the page, and its title.
fn type_probability(
    pages: &[TaggedPage],
    facts: &[PageFacts],
    index: usize,
    document_type: DocumentType,
) -> f32 {
    let of_model = |wanted: DocumentType| {
        let known = pages[index].types.iter().find(|(t, _)| *t == wanted);
        known.map_or(0.0, |(_, p)| if p.is_nan() { 0.0 } else { *p })
    };
    let by_model = of_model(document_type);
    let Some(titled) = facts.get(index).and_then(|here| here.title) else {
        return by_model;
    };
    let named = of_model(titled).clamp(LEAST, 1.0);
    let gained = named * TITLED.exp();
    let all = gained + 1.0 - named;
    if titled == document_type {
        gained / all
    } else {
        by_model / all
    }
}

/// Log-odds that `index` starts a document, given the read page before it in the same file.
fn start_log_odds(pages: &[TaggedPage], facts: &[PageFacts], previous: usize, index: usize) -> f32 {
    // The model alone is bounded, so that print can overrule it.
    let mut odds = log_odds(pages[index].starts_document).clamp(-4.0, 4.0);
    let (Some(before), Some(here)) = (facts.get(previous), facts.get(index)) else {
        return odds;
    };
    if let Some(number) = here.numbered {
        let follows = before
            .numbered
            .is_some_and(|earlier| earlier.of == number.of && earlier.page + 1 == number.page);
        if number.page == 1 {
            odds += NUMBERED_FIRST;
        } else if follows {
            odds -= NUMBERED_NEXT;
        }
    } else if before
        .numbered
        .is_some_and(|earlier| earlier.page == earlier.of)
    {
        odds += AFTER_LAST;
    }
    if here.is_continued {
        odds -= CONTINUED;
    }
    if let (Some(a), Some(b)) = (&before.document_number, &here.document_number) {
        odds += match a == b {
            // An original, and its copy.
            true if before.is_whole() && here.is_whole() => 0.0,
            true => -SAME_NUMBER,
            false => OTHER_NUMBER,
        };
    } else if before.document_number.is_some() && here.document_number.is_none() {
        odds -= NO_NUMBER;
    }
    if before.has_head && !here.has_head {
        odds -= NO_HEAD;
    }
    if before.has_fields && !here.has_fields {
        odds -= NO_FIELD;
    }
    let goods_follow = before.has_head && !before.has_rows && here.has_rows;
    let sum_follows = before.has_rows && !before.has_total && here.has_total;
    if here.document_number.is_none() && (goods_follow || sum_follows) {
        odds -= COMPLETED;
    }
    if let (Some((_, last)), Some((first, _))) = (before.line_numbers, here.line_numbers) {
        if last.checked_add(1) == Some(first) {
            odds -= LINES_GO_ON;
        } else if first == 1 {
            odds += LINES_START_OVER;
        }
    }
    odds
}

fn log_sigmoid(x: f32) -> f32 {
    -(1.0 + (-x).exp()).ln()
}

#[cfg(test)]
mod tests;
