//! Places on a page. Two coordinate systems, both normalised to [0, 1], x to the right, y down:
//! *upright* (after orientation and skew are undone: what the reader sees) and *displayed* (the page
//! as the file shows it in any viewer, PDF `/Rotate` and EXIF orientation applied: what anchors use).

use serde::{Deserialize, Serialize};

/// An axis-parallel rectangle on the upright page, corners in [0, 1], `x0 <= x1`, `y0 <= y1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    pub x0: f32,
    pub y0: f32,
    pub x1: f32,
    pub y1: f32,
}

impl Rect {
    pub fn new(x0: f32, y0: f32, x1: f32, y1: f32) -> Self {
        Self { x0, y0, x1, y1 }
    }

    pub fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    pub fn height(&self) -> f32 {
        self.y1 - self.y0
    }

    pub fn centre(&self) -> [f32; 2] {
        [(self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0]
    }

    pub fn area(&self) -> f32 {
        self.width().max(0.0) * self.height().max(0.0)
    }

    /// The smallest rectangle around both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// Area of the overlap, 0 when apart.
    pub fn intersection_area(&self, other: &Self) -> f32 {
        let width = self.x1.min(other.x1) - self.x0.max(other.x0);
        let height = self.y1.min(other.y1) - self.y0.max(other.y0);
        width.max(0.0) * height.max(0.0)
    }
}

/// Corner points on the displayed page, each `[x, y]` in [0, 1], in drawing order; four for a word.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Polygon(pub Vec<[f32; 2]>);

/// How the upright page came out of the displayed one: turned, then straightened about its centre.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// Clockwise quarter turns that made the displayed page upright, in degrees: 0, 90, 180 or 270.
    pub turned_degrees: u16,
    /// Clockwise rotation, after the turn, that made the text lines level, in degrees, about [-15, 15].
    pub straightened_degrees: f32,
    /// Size of the upright page in pixels. Straightening keeps the size of the turned page.
    pub width_px: u32,
    pub height_px: u32,
}

impl Placement {
    /// A page that needed neither turning nor straightening.
    pub fn upright(width_px: u32, height_px: u32) -> Self {
        Self {
            turned_degrees: 0,
            straightened_degrees: 0.0,
            width_px,
            height_px,
        }
    }

    /// The rectangle of the upright page as corner points on the displayed page, clamped to the page.
    pub fn displayed(&self, rect: &Rect) -> Polygon {
        let corners = [
            [rect.x0, rect.y0],
            [rect.x1, rect.y0],
            [rect.x1, rect.y1],
            [rect.x0, rect.y1],
        ];
        Polygon(corners.map(|corner| self.displayed_point(corner)).to_vec())
    }

    /// Where a point of the displayed page lies on the upright one; may fall outside [0, 1].
    pub fn upright_point(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [x, y] = match self.turned_degrees {
            90 => [1.0 - y, x],
            180 => [1.0 - x, 1.0 - y],
            270 => [y, 1.0 - x],
            _ => [x, y],
        };
        // Straighten in pixels, because the page is not square.
        let (width, height) = (self.width_px as f32, self.height_px as f32);
        let (sin, cos) = self.straightened_degrees.to_radians().sin_cos();
        let (dx, dy) = ((x - 0.5) * width, (y - 0.5) * height);
        [
            (dx * cos - dy * sin) / width + 0.5,
            (dx * sin + dy * cos) / height + 0.5,
        ]
    }

    fn displayed_point(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        // Undo the straightening in pixels, because the page is not square.
        let (width, height) = (self.width_px as f32, self.height_px as f32);
        let (sin, cos) = (-self.straightened_degrees).to_radians().sin_cos();
        let (dx, dy) = ((x - 0.5) * width, (y - 0.5) * height);
        let turned_x = (dx * cos - dy * sin) / width + 0.5;
        let turned_y = (dx * sin + dy * cos) / height + 0.5;
        let [x, y] = match self.turned_degrees {
            90 => [turned_y, 1.0 - turned_x],
            180 => [1.0 - turned_x, 1.0 - turned_y],
            270 => [1.0 - turned_y, turned_x],
            _ => [turned_x, turned_y],
        };
        [x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(turned_degrees: u16, straightened_degrees: f32) -> Placement {
        Placement {
            turned_degrees,
            straightened_degrees,
            width_px: 200,
            height_px: 100,
        }
    }

    #[test]
    fn a_page_turned_clockwise_is_turned_back() {
        // Displayed page lies on its left side; turning it 90 degrees clockwise made it upright, so
        // the upright top left corner is the displayed bottom left one.
        let polygon = placed(90, 0.0).displayed(&Rect::new(0.0, 0.0, 0.1, 0.2));
        assert_eq!(polygon.0[0], [0.0, 1.0]);
        assert_eq!(polygon.0[1], [0.0, 0.9]);
        let polygon = placed(180, 0.0).displayed(&Rect::new(0.0, 0.0, 0.25, 0.5));
        assert_eq!(polygon.0[2], [0.75, 0.5]);
        let polygon = placed(270, 0.0).displayed(&Rect::new(0.0, 0.0, 0.25, 0.5));
        assert_eq!(polygon.0[0], [1.0, 0.0]);
    }

    #[test]
    fn upright_and_displayed_points_are_inverse() {
        for turn in [0, 90, 180, 270] {
            let placement = placed(turn, 7.0);
            let polygon = placement.displayed(&Rect::new(0.4, 0.35, 0.6, 0.7));
            let [x, y] = placement.upright_point(polygon.0[0]);
            assert!(
                (x - 0.4).abs() < 1e-5 && (y - 0.35).abs() < 1e-5,
                "{turn}: {x} {y}"
            );
        }
    }

    #[test]
    fn straightening_is_undone_about_the_centre() {
        let placement = placed(0, 10.0);
        let centre = placement.displayed(&Rect::new(0.5, 0.5, 0.5, 0.5));
        assert_eq!(centre.0[0], [0.5, 0.5]);
        // Straightened clockwise: the displayed text rises to the right, so its right end is higher.
        let right = placement.displayed(&Rect::new(0.9, 0.5, 0.9, 0.5));
        assert!(right.0[0][1] < 0.5, "{right:?}");
    }
}
