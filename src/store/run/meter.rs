//! How much memory each evaluation holds: an allocator that counts, one number a metered thread.
//!
//! An evaluation runs on one thread, so what the thread allocates while it is metered is what the evaluation
//! holds. What it hands to another thread it must give up first ([`Metered::give_up`]), since the other thread
//! frees it where nothing is counted. The database's own caches are not allocated through Rust and not counted.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicIsize, Ordering};

use mimalloc::MiMalloc;

/// How many threads can be metered at once.
pub(super) const SEATS: usize = 1024;

/// Bytes held, by seat. Seat 0 stands for all threads that are not metered; nothing is counted there.
static HELD: [AtomicIsize; SEATS] = [const { AtomicIsize::new(0) }; SEATS];
/// Seats that nobody has.
static FREE: Mutex<Seats> = Mutex::new(Seats { returned: Vec::new(), next: 1 });

/// Bytes that a thread allocates or frees before it says so to others.
const UNSAID: usize = 16 << 10;

thread_local! {
    static SEAT: Cell<usize> = const { Cell::new(0) };
    /// What the thread has allocated on its seat, less what it has freed, and not said yet.
    static PENDING: Cell<isize> = const { Cell::new(0) };
}

struct Seats {
    returned: Vec<usize>,
    next: usize,
}

/// An allocator that counts what metered threads hold, and takes its memory from mimalloc: evaluations make many
/// small things. A program that wants its limits on memory to hold declares it as its global allocator; without it
/// every evaluation seems to hold nothing.
pub struct CountingAllocator;

// SAFETY: every call goes to `MiMalloc` with the arguments it came with, and what that gives is given back.
// Counting touches constant-initialised thread locals without destructor and an atomic in a static; it neither
// allocates nor panics.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { MiMalloc.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        unsafe { MiMalloc.realloc(block, layout, size) }
    }
}

fn count(bytes: isize) {
    let seat = SEAT.get();
    if seat != 0 {
        let pending = PENDING.get() + bytes;
        if pending.unsigned_abs() < UNSAID {
            PENDING.set(pending);
        } else {
            PENDING.set(0);
            HELD[seat].fetch_add(pending, Ordering::Relaxed);
        }
    }
}

/// Gives the thread another seat; what it had before.
fn sit(seat: usize) -> usize {
    let before = SEAT.replace(seat);
    if before != 0 {
        HELD[before].fetch_add(PENDING.take(), Ordering::Relaxed);
    }
    before
}

/// A seat for one evaluation.
pub(super) struct Meter(usize);

impl Meter {
    /// A seat where nothing is held yet; none when all are taken.
    pub(super) fn new() -> Option<Self> {
        let mut free = FREE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let seat = match free.returned.pop() {
            Some(seat) => seat,
            None if free.next < SEATS => {
                free.next += 1;
                free.next - 1
            }
            None => return None,
        };
        HELD[seat].store(0, Ordering::Relaxed);
        Some(Self(seat))
    }

    /// Bytes held now, but for what is [`UNSAID`].
    pub(super) fn held(&self) -> usize {
        HELD[self.0].load(Ordering::Relaxed).max(0).unsigned_abs()
    }

    /// Counts what this thread allocates until what is given back is dropped.
    pub(super) fn here(&self) -> Metered {
        Metered { before: sit(self.0) }
    }

    /// Counts `bytes` that are allocated elsewhere.
    pub(super) fn charge(&self, bytes: usize) {
        HELD[self.0].fetch_add(bytes as isize, Ordering::Relaxed);
    }

    /// Takes `bytes` off: another thread will free them.
    pub(super) fn give_up(&self, bytes: usize) {
        HELD[self.0].fetch_sub(bytes as isize, Ordering::Relaxed);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        // The list of free seats may grow: that must not be counted on the seat given back.
        let before = sit(0);
        FREE.lock().unwrap_or_else(std::sync::PoisonError::into_inner).returned.push(self.0);
        sit(before);
    }
}

/// See [`Meter::here`].
pub(super) struct Metered {
    before: usize,
}

impl Drop for Metered {
    fn drop(&mut self) {
        sit(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_metered_thread_is_counted() {
        let meter = Meter::new().unwrap();
        let before = vec![0_u8; 1 << 20];
        assert_eq!(meter.held(), 0);
        let metered = meter.here();
        let during = vec![0_u8; 1 << 20];
        assert!(meter.held() >= 1 << 20);
        std::thread::spawn(|| drop(vec![0_u8; 4 << 20])).join().unwrap();
        assert!(meter.held() < 3 << 20);
        drop(during);
        assert!(meter.held() < 1 << 20);
        drop(metered);
        drop(before);
        let (one, other) = (meter.0, Meter::new().unwrap().0);
        assert_ne!(one, other);
    }
}
