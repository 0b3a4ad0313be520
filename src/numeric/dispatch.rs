//! Which vector instructions the kernels use; the choice never changes a bit of any result.

use std::sync::atomic::{AtomicU8, Ordering};

/// A set of vector instructions, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Any processor; fused multiply-adds may be done in software.
    Portable = 1,
    /// AVX2 with FMA.
    Avx2 = 2,
    /// AVX-512 (F, DQ, BW, VL).
    Avx512 = 3,
}

impl Level {
    /// All levels, weakest first.
    pub const ALL: [Level; 3] = [Level::Portable, Level::Avx2, Level::Avx512];
}

static CURRENT: AtomicU8 = AtomicU8::new(0);

/// The strongest level of this processor.
pub fn strongest() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        let avx2 = std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma");
        let avx512 = std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512dq")
            && std::is_x86_feature_detected!("avx512bw")
            && std::is_x86_feature_detected!("avx512vl");
        if avx2 && avx512 {
            return Level::Avx512;
        }
        if avx2 {
            return Level::Avx2;
        }
    }
    Level::Portable
}

/// The level in use: the strongest one unless [`limit`] was called.
pub fn level() -> Level {
    match CURRENT.load(Ordering::Relaxed) {
        1 => Level::Portable,
        2 => Level::Avx2,
        3 => Level::Avx512,
        _ => {
            let level = strongest();
            CURRENT.store(level as u8, Ordering::Relaxed);
            level
        }
    }
}

/// Uses no level above `limit` from now on, in the whole process; returns the level in use.
pub fn limit(limit: Level) -> Level {
    let level = limit.min(strongest());
    CURRENT.store(level as u8, Ordering::Relaxed);
    level
}

/// Held by tests that compare levels, so that they do not change the level under each other.
#[cfg(test)]
pub(crate) fn test_lock() -> std::sync::MutexGuard<'static, ()> {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Defines a function whose body is compiled once a [`Level`], so that the compiler may vectorise it.
///
/// The body is plain Rust over slices and arrays. Rust never fuses or reorders floating-point operations, so all
/// copies compute the same bits.
macro_rules! dispatched {
    ($(#[$meta:meta])* $vis:vis fn $name:ident <$(const $N:ident : usize),+> $($rest:tt)*) => {
        $crate::numeric::dispatch::dispatched! { @ [$(#[$meta])* $vis] $name [<$(const $N: usize),+>] [$($N),+] $($rest)* }
    };
    ($(#[$meta:meta])* $vis:vis fn $name:ident $(<$T:ident : $B:path>)? ( $($rest:tt)*) $($more:tt)*) => {
        $crate::numeric::dispatch::dispatched! { @ [$(#[$meta])* $vis] $name [$(<$T: $B>)?] [$($T)?] ($($rest)*) $($more)* }
    };
    (@ [$($head:tt)*] $name:ident [$($generics:tt)*] [$($names:tt)*]
        ( $($arg:ident : $ty:ty),* $(,)? ) $(-> $ret:ty)? $body:block) => {
        $($head)* fn $name $($generics)* ( $($arg: $ty),* ) $(-> $ret)? {
            #[inline(always)]
            fn body $($generics)* ( $($arg: $ty),* ) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2 $($generics)* ( $($arg: $ty),* ) $(-> $ret)? { body::<$($names)*>( $($arg),* ) }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512bw,avx512vl")]
            fn avx512 $($generics)* ( $($arg: $ty),* ) $(-> $ret)? { body::<$($names)*>( $($arg),* ) }

            match $crate::numeric::dispatch::level() {
                // SAFETY: `level()` returns a level only if the processor has its instructions.
                #[cfg(target_arch = "x86_64")]
                $crate::numeric::dispatch::Level::Avx512 => unsafe { avx512::<$($names)*>( $($arg),* ) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::numeric::dispatch::Level::Avx2 => unsafe { avx2::<$($names)*>( $($arg),* ) },
                _ => body::<$($names)*>( $($arg),* ),
            }
        }
    };
}
pub(crate) use dispatched;
