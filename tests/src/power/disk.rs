//! The files that a power cut leaves.

use std::path::{Path, PathBuf};

use super::trace::{Step, Trace, What};
use crate::Rng;

/// A disk writes this much or nothing of it, in bytes.
const SECTOR: usize = 512;

/// Files as they were before, all of them on disk.
#[derive(Debug)]
pub struct Disk {
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// What becomes of the pieces that nothing has made last.
enum Fate {
    /// None was written.
    Gone,
    /// All were; the cut itself is harmless.
    Kept,
    /// Each was or was not, in no order.
    Scattered,
    /// Those that were written first, up to a piece in the middle of a write.
    Until(usize),
}

impl Disk {
    /// Reads the files.
    ///
    /// # Errors
    /// If one can't be read.
    pub fn read(paths: &[PathBuf]) -> std::io::Result<Self> {
        let read = |path: &PathBuf| Ok((path.clone(), std::fs::read(path)?));
        let files = paths.iter().map(read).collect::<std::io::Result<_>>()?;
        Ok(Self { files })
    }

    /// The files and how long they are.
    pub fn lengths(&self) -> Vec<(PathBuf, usize)> {
        let length = |(path, bytes): &(PathBuf, Vec<u8>)| (path.clone(), bytes.len());
        self.files.iter().map(length).collect()
    }

    /// Puts into a folder what is there when the power goes off just before an event, and the rest
    /// is up to chance.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn lay_out(
        &self,
        trace: &Trace,
        cut: usize,
        rng: &mut Rng,
        folder: &Path,
    ) -> std::io::Result<()> {
        let images = self.after_cut(trace, cut, rng);
        for ((path, _), image) in self.files.iter().zip(images) {
            let name = path.file_name().unwrap_or_default();
            std::fs::write(folder.join(name), image)?;
        }
        Ok(())
    }

    fn after_cut(&self, trace: &Trace, cut: usize, rng: &mut Rng) -> Vec<Vec<u8>> {
        let mut images: Vec<_> = self.files.iter().map(|(_, bytes)| bytes.clone()).collect();
        let begun = |step: &&Step| step.began < cut;
        let unsafe_pieces = trace
            .steps
            .iter()
            .filter(begun)
            .filter(|step| step.lasts >= cut)
            .map(|step| pieces(step).count())
            .sum::<usize>();
        let mut fate = match rng.place(6) {
            0 => Fate::Gone,
            1 => Fate::Kept,
            2 | 3 => Fate::Scattered,
            _ => Fate::Until(rng.place(unsafe_pieces + 1)),
        };
        for step in trace.steps.iter().filter(begun) {
            if let What::Length(length) = step.what
                && (step.lasts < cut || kept(&mut fate, rng))
            {
                images[step.file].resize(length, 0);
            }
            for (at, piece) in pieces(step) {
                if step.lasts < cut || kept(&mut fate, rng) {
                    put(&mut images[step.file], at, piece);
                }
            }
        }
        images
    }
}

fn kept(fate: &mut Fate, rng: &mut Rng) -> bool {
    match fate {
        Fate::Gone | Fate::Until(0) => false,
        Fate::Kept => true,
        Fate::Scattered => rng.chance(500),
        Fate::Until(left) => {
            *left -= 1;
            true
        }
    }
}

/// What a step writes, cut where the disk's sectors begin.
fn pieces(step: &Step) -> impl Iterator<Item = (usize, &[u8])> {
    let (mut at, mut rest): (usize, &[u8]) = match &step.what {
        What::Write(at, bytes) => (*at, bytes),
        What::Length(_) | What::Sync => (0, &[]),
    };
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(rest.len().min(SECTOR - at % SECTOR));
        let here = at;
        (at, rest) = (at + piece.len(), after);
        Some((here, piece))
    })
}

fn put(image: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let end = at + piece.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    image[at..end].copy_from_slice(piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "/f";

    /// A file of a thousand zeros; 600 ones are written and synced, then as many twos are written.
    fn run() -> (Disk, Trace) {
        let disk = Disk {
            files: vec![(FILE.into(), vec![0; 1_000])],
        };
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("trace");
        let write = |at: u64, byte: &str| {
            let bytes = byte.repeat(600);
            format!("1 {at}.000000 pwrite64(3<\\x2f\\x66>, \"{bytes}\", 600, 300) = 600\n")
        };
        let sync = "1 2.000000 fsync(3<\\x2f\\x66> <unfinished ...>\n\
                    2 3.000000 fsync(4<\\x2f\\x66>) = 0\n\
                    1 4.000000 <... fsync resumed>) = 0\n";
        let text = [
            &write(1, "\\x01"),
            sync,
            &write(5, "\\x02"),
            "1 6.000000 +++ killed by SIGKILL +++\n",
        ];
        std::fs::write(&output, text.concat()).unwrap();
        let trace = Trace::read(&output, &disk.lengths()).unwrap();
        (disk, trace)
    }

    fn images(cut: usize) -> Vec<Vec<u8>> {
        let (disk, trace) = run();
        let image = |seed| disk.after_cut(&trace, cut, &mut Rng::new(seed)).remove(0);
        (0..64).map(image).collect()
    }

    #[test]
    fn what_was_synced_is_there_whatever_happens() {
        let (_, trace) = run();
        assert_eq!((trace.events(), trace.moment(4)), (5, 5_000_000));
        // The second sync has ended; the first is still under way.
        for image in images(3) {
            assert_eq!(image[..300], [0; 300]);
            assert_eq!(image[300..900], [1; 600]);
        }
    }

    #[test]
    fn of_what_was_not_synced_any_sector_may_be_missing() {
        let seen = images(1);
        let kinds: std::collections::BTreeSet<(u8, u8)> =
            seen.iter().map(|image| (image[300], image[899])).collect();
        assert_eq!(kinds.len(), 4, "neither, one, the other, both: {kinds:?}");
        for image in seen {
            // From 512 on another sector begins.
            assert!(image[300..512].iter().all(|byte| *byte == image[300]));
            assert!(image[512..900].iter().all(|byte| *byte == image[899]));
        }
        for image in images(5) {
            assert!(image[300..900].iter().all(|byte| matches!(byte, 1 | 2)));
        }
    }
}
